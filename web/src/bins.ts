// Thousands of values on a chart of a few hundred points: neighbours share a bin, which keeps its
// extremes, so that no outlier is lost.

export interface Bin {
  first: number;
  last: number;
  least: number;
  most: number;
}

/** The values in order, in at most `count` bins of the same length (the last may be shorter). */
export function binned(values: readonly number[], count: number): Bin[] {
  const length = Math.max(1, Math.ceil(values.length / count));
  const bins: Bin[] = [];
  for (let first = 0; first < values.length; first += length) {
    const part = values.slice(first, first + length);
    bins.push({
      first,
      last: first + part.length - 1,
      least: Math.min(...part),
      most: Math.max(...part),
    });
  }
  return bins;
}
