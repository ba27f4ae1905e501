// What a run of `keys scan` read and found, in words: as the terminal's (src/report/scan_table.cc).
import { countedText, countText, shareText, timeText, epochOf } from './format';
import type { Tone } from './mark';
import type { BetterKey, FieldScore, HeavyKeys, Interval, Scan, SplitKeys } from './report';

export interface Word {
  sign: string;
  words: string;
  tone: Tone;
  text: string;
}

/** A placer that explains less agrees by chance. */
export const placedLeast = 0.001;

export function momentText(time: string | null): string {
  return time === null ? '–' : timeText(epochOf(time));
}

/** "1,000", or "99,361 [97,804, 100,969]" where it is an estimate. */
export function distinctText(distinct: Scan['distinct_keys']): string {
  return distinct.exact ? countText(distinct.value) : limitsText(distinct, countText);
}

export function limitsText(of: Interval, text: (x: number) => string): string {
  return `${text(of.value)} [${text(of.low)}, ${text(of.high)}]`;
}

/** What keys may have that are not listed; `sentence`: a weight with its unit. */
export function othersText(
  { keys, unlisted_at_most }: HeavyKeys,
  distinct: Scan['distinct_keys'],
  sentence: (x: number) => string,
): string {
  if (distinct.exact && distinct.value <= keys.length) return 'There are no other keys.';
  const most = Math.max(unlisted_at_most, keys.at(-1)?.at_most ?? 0);
  return `A key that is not among the heaviest ${countText(keys.length)} has ${sentence(most)} at most.`;
}

/** How much of what was asked for was read. */
export function readWord({ error, partitions, fraction, records }: Scan): Word {
  const failed = partitions.filter((one) => one.error).length;
  if (error || failed > 0) {
    const what =
      failed > 0
        ? `${countText(failed)} of ${countedText(partitions.length, 'partition')} not to the end`
        : '';
    const why = error ? error.message : '';
    return {
      sign: '⚠',
      words: 'read in part',
      tone: 'notable',
      text:
        [why, what].filter((one) => one !== '').join('; ') +
        '. What follows is of the records that were read.',
    };
  }
  const part =
    fraction < 1
      ? `a random part of ${shareText(fraction, 1)} of the stretch`
      : 'all of the stretch';
  return {
    sign: '✓',
    words: 'read',
    tone: 'good',
    text: `${part}: ${countedText(records, 'record')}.`,
  };
}

export function troubleTexts(scan: Scan): string[] {
  const partitions = scan.partitions.flatMap(({ partition, error }) =>
    error ? [`partition ${partition}: ${error.message}`] : [],
  );
  const shown = partitions.slice(0, 10);
  if (partitions.length > shown.length) {
    shown.push(
      `and ${countText(partitions.length - shown.length)} partitions more, in the table of partitions`,
    );
  }
  return [...shown, ...scan.api_keys_left];
}

export function splitWord(split: SplitKeys): Word {
  if (split.in_sample === 0) {
    return {
      sign: '✓',
      words: 'in order',
      tone: 'good',
      text: 'no key was seen in more than one partition.',
    };
  }
  const since = split.since ? ` since ${momentText(split.since)}` : '';
  return {
    sign: '⚠',
    words: 'order lost',
    tone: 'notable',
    text: `about ${limitsText(split.keys, countText)} keys lie in more than one partition${since}: their records have no order among each other.`,
  };
}

export function fieldName({ fields }: FieldScore): string {
  return fields.length === 0 ? 'the present key' : fields.join(' + ');
}

export function shareOr(nothing: string, share: number | null): string {
  return share === null ? nothing : shareText(share, 1);
}

export function rankedText(better: BetterKey): string {
  const others =
    better.not_json > 0 ? `; ${countText(better.not_json)} records have no JSON object` : '';
  return `By ${countedText(better.records, 'record')} with JSON values, over ${countedText(better.partitions, 'partition')}${others}. Stability is known by ${countedText(better.repeated_keys, 'key')} with several records.`;
}
