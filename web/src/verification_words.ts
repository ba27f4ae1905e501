// What a run of `keys verify` proved, in words: as the terminal's (src/report/keys_table.cc).
import { countedText, countText } from './format';
import type { Tone } from './mark';
import type { Arrivals, Verification } from './report';

interface Proof {
  sign: string;
  words: string;
  tone: Tone;
  text: string;
}

export function verificationWord({ arrivals, partitioner }: Verification): Proof {
  if (!arrivals) {
    return {
      sign: '⚠',
      words: 'not read back',
      tone: 'notable',
      text: 'nothing is known of where the records lie.',
    };
  }
  if (!arrivals.proven) {
    return {
      sign: '✗',
      words: 'not as it should be',
      tone: 'bad',
      text: 'records are missing, or lie where or as they should not.',
    };
  }
  return {
    sign: '✓',
    words: 'proven',
    tone: 'good',
    text: `each of ${countText(arrivals.acknowledged)} acknowledged records is there once, in order, where ${partitioner} puts its key.`,
  };
}

/** A line for each kind of fault that there is. */
export function faultTexts(arrivals: Arrivals): string[] {
  const faults: [number, string][] = [
    [arrivals.missing, 'acknowledged, and not there'],
    [arrivals.twice, 'there twice'],
    [arrivals.out_of_order, 'out of order'],
    [arrivals.misplaced, 'not on the partition of its key'],
    [arrivals.wrong_key, 'with another key than it was sent with'],
  ];
  return faults
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${countedText(count, 'record')} ${what}`);
}
