// What the terminal's table says of a topic (src/report/table.cc), as sign and words.
import { bytesText, unknown } from './format';
import type { Cluster, Failure, Interval, Topic } from './report';

export type Tone = 'plain' | 'good' | 'notable' | 'bad';

export interface Mark {
  sign: string;
  words: string;
  tone: Tone;
  /** What to look at first: 0. */
  rank: number;
}

/** Whether the peak is only known to be within its interval, which the count does not depend on. */
export function peakIsABound(topic: Topic): boolean {
  const range = topic.recommended_partitions;
  return !(topic.peak_window?.exact ?? false) && (!range || range.low === range.high);
}

/** Whether one partition of several is hot and carries at least twice an even share of the peak. */
export function hasLopsidedPeak(topic: Topic): boolean {
  const hot = topic.hot_partition_ingress === 'yes' || topic.hot_partition_egress === 'yes';
  return (
    hot &&
    topic.binding !== 'hot_key' &&
    topic.partitions > 1 &&
    topic.hottest_partition !== null &&
    (topic.hottest_partition_share ?? 0) * topic.partitions >= 2
  );
}

export function markOf(topic: Topic): Mark {
  const wanted = topic.recommended_partitions;
  if (!wanted) return { sign: '✗', words: 'not measured', tone: 'bad', rank: 0 };
  const raise = wanted.value > topic.partitions;
  if (topic.binding === 'hot_key') return { sign: '⚠', words: 'hot key', tone: 'notable', rank: 1 };
  if (hasLopsidedPeak(topic)) {
    return { sign: '⚠', words: raise ? 'raise, hot' : 'hot', tone: 'notable', rank: raise ? 2 : 3 };
  }
  if (raise) return { sign: '↑', words: 'raise', tone: 'notable', rank: 4 };
  if (wanted.high < topic.partitions) {
    return { sign: '', words: `over (${wanted.high} do)`, tone: 'plain', rank: 6 };
  }
  if (wanted.high > topic.partitions) {
    return { sign: '?', words: 'maybe more', tone: 'notable', rank: 5 };
  }
  return { sign: '✓', words: 'enough', tone: 'good', rank: 7 };
}

/** "[6, 16]" where measuring leaves more than one count, else nothing. */
export function rangeText(range: Interval | null): string {
  return range && range.low !== range.high ? `[${range.low}, ${range.high}]` : '';
}

/** "4 → 6", "6", or that it is not known. */
export function countChange(topic: Topic): string {
  const wanted = topic.recommended_partitions;
  if (!wanted) return unknown;
  return wanted.value > topic.partitions
    ? `${topic.partitions} → ${wanted.value}`
    : String(topic.partitions);
}

/** The rate that stands in the table: the bound, where only a bound was needed. */
export function shownRate(topic: Topic, rate: Interval | null): number | null {
  if (!rate || !topic.recommended_partitions) return null;
  return rate.high === 0 || peakIsABound(topic) ? rate.high : rate.value;
}

/** "31.0 MiB", or "< 1.2 MiB" where only a bound was needed; "/s" is in the heading. */
export function shownRateText(topic: Topic, rate: Interval | null): string {
  const value = shownRate(topic, rate);
  if (value === null) return unknown;
  if (value === 0) return '0';
  const text = value < 10 ? `${Number(value.toPrecision(2))} B` : bytesText(value);
  return peakIsABound(topic) ? `< ${text}` : text;
}

/** What kept the topic from being measured, before what only made it less certain. */
export function mainFailure(topic: Topic): Failure | undefined {
  return topic.failures.find((failure) => failure.step !== 'configuration') ?? topic.failures[0];
}

/** What set the count, or why there is none. */
export function whyText(topic: Topic): string {
  if (topic.recommended_partitions) return topic.reason;
  return mainFailure(topic)?.message ?? topic.warnings[0] ?? 'not measured';
}

/** Partitions when all raises are made. */
export function partitionsAfter(cluster: Cluster): number {
  return cluster.topics.reduce(
    (sum, topic) => sum + Math.max(topic.partitions, topic.recommended_partitions?.value ?? 0),
    0,
  );
}
