import { expect, test } from 'vitest';

import { demandSteps, steppedLine } from './demand';

test('a value may stand for several steps', () => {
  const steps = demandSteps({
    start: '1970-01-01T00:10:00Z',
    step_s: 60,
    steps: [1, 10, 2],
    bytes_per_s: [5, null, 7],
  });
  expect(steps).toEqual([
    { start: 600, end: 660, bytesPerSecond: 5 },
    { start: 660, end: 1260, bytesPerSecond: null },
    { start: 1260, end: 1380, bytesPerSecond: 7 },
  ]);
  expect(steppedLine(steps)).toEqual([
    [600, 660, 1260, 1380],
    [5, null, 7, 7],
  ]);
});

test('without steps, each value stands for one', () => {
  const steps = demandSteps({ start: '1970-01-01T00:00:00Z', step_s: 60, bytes_per_s: [1, 2] });
  expect(steps.map((step) => step.end)).toEqual([60, 120]);
  expect(steppedLine([])).toEqual([[], []]);
});
