// A topic's demand over time, as points of a chart and rows of a table.
import { epochOf } from './format';
import type { DemandSeries } from './report';

/** The mean over [start, end), both in seconds since 1970. */
export interface DemandStep {
  start: number;
  end: number;
  bytesPerSecond: number | null;
}

export function demandSteps(series: DemandSeries): DemandStep[] {
  let start = epochOf(series.start);
  return series.bytes_per_s.map((bytesPerSecond, i) => {
    const end = start + (series.steps?.[i] ?? 1) * series.step_s;
    const step = { start, end, bytesPerSecond };
    start = end;
    return step;
  });
}

/** Times and rates for a line that keeps each value until the next time. */
export function steppedLine(steps: readonly DemandStep[]): [number[], (number | null)[]] {
  const last = steps.at(-1);
  const times = steps.map((step) => step.start);
  const rates = steps.map((step) => step.bytesPerSecond);
  return last
    ? [
        [...times, last.end],
        [...rates, last.bytesPerSecond],
      ]
    : [times, rates];
}
