// A topic's demand over time, as points of a chart and rows of a table.
import { epochOf } from './format';
import type { DemandSeries, Topic } from './report';

/** The mean over [start, end), both in seconds since 1970. */
export interface DemandStep {
  start: number;
  end: number;
  bytesPerSecond: number | null;
}

/** The last step ends with the time that was observed. */
export function demandSteps(series: DemandSeries, observedUntil: string | null): DemandStep[] {
  const start = epochOf(series.start);
  const until = observedUntil === null ? Infinity : epochOf(observedUntil);
  return series.bytes_per_s.map((bytesPerSecond, i) => ({
    start: start + i * series.step_s,
    end: Math.min(until, start + (i + 1) * series.step_s),
    bytesPerSecond,
  }));
}

export interface Peak {
  start: number;
  seconds: number;
  bytesPerSecond: number;
}

/** The busiest window, where it is known which one it is. */
export function knownPeak(topic: Topic): Peak | null {
  const { peak_window: window, peak_bytes_per_s: rate } = topic;
  if (!window?.exact || !rate) return null;
  return { start: epochOf(window.start), seconds: window.seconds, bytesPerSecond: rate.value };
}

export interface DemandLines {
  times: number[];
  /** Each holds until the next time. */
  means: (number | null)[];
  /** At its time alone. */
  peak: (number | null)[];
}

export function demandLines(steps: readonly DemandStep[], peak: Peak | null): DemandLines {
  const points = steps.map((step) => ({ time: step.start, mean: step.bytesPerSecond }));
  const last = steps.at(-1);
  if (last) points.push({ time: last.end, mean: last.bytesPerSecond });
  const before = peak ? points.findLast((point) => point.time <= peak.start) : undefined;
  if (peak && before && before.time !== peak.start) {
    points.splice(points.indexOf(before) + 1, 0, { time: peak.start, mean: before.mean });
  }
  return {
    times: points.map((point) => point.time),
    means: points.map((point) => point.mean),
    peak: points.map((point) => (peak?.start === point.time ? peak.bytesPerSecond : null)),
  };
}
