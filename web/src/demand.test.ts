import { expect, test } from 'vitest';

import { demandLines, demandSteps } from './demand';

const series = { start: '1970-01-01T00:10:00Z', step_s: 60, bytes_per_s: [5, null, 7] };

test('steps follow each other, and the last ends with the observed time', () => {
  expect(demandSteps(series, '1970-01-01T00:12:30Z')).toEqual([
    { start: 600, end: 660, bytesPerSecond: 5 },
    { start: 660, end: 720, bytesPerSecond: null },
    { start: 720, end: 750, bytesPerSecond: 7 },
  ]);
  expect(demandSteps(series, null).at(-1)!.end).toBe(780);
});

test('the last value is drawn to its end', () => {
  const lines = demandLines(demandSteps(series, null), null);
  expect(lines.times).toEqual([600, 660, 720, 780]);
  expect(lines.means).toEqual([5, null, 7, 7]);
  expect(lines.peak).toEqual([null, null, null, null]);
  expect(demandLines([], null)).toEqual({ times: [], means: [], peak: [] });
});

test('the peak has a point of its own, which changes no mean', () => {
  const peak = (start: number) => ({ start, seconds: 60, bytesPerSecond: 99 });
  expect(demandLines(demandSteps(series, null), peak(630))).toEqual({
    times: [600, 630, 660, 720, 780],
    means: [5, 5, null, 7, 7],
    peak: [null, 99, null, null, null],
  });
  expect(demandLines(demandSteps(series, null), peak(720))).toEqual({
    times: [600, 660, 720, 780],
    means: [5, null, 7, 7],
    peak: [null, null, 99, null],
  });
});
