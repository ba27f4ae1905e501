import { expect, test } from 'vitest';

import { binned } from './bins';

test('few values keep a bin each', () => {
  expect(binned([3, 1], 400)).toEqual([
    { first: 0, last: 0, least: 3, most: 3 },
    { first: 1, last: 1, least: 1, most: 1 },
  ]);
  expect(binned([], 400)).toEqual([]);
});

test('many values share bins that cover each once and keep the extremes', () => {
  const values = Array.from({ length: 10_000 }, (_, i) => (i === 4321 ? 999 : i === 77 ? -5 : 1));
  const bins = binned(values, 400);
  expect(bins.length).toBe(400);
  expect(bins[0]!.first).toBe(0);
  for (let i = 1; i < bins.length; ++i) expect(bins[i]!.first).toBe(bins[i - 1]!.last + 1);
  expect(bins.at(-1)!.last).toBe(9_999);
  expect(Math.max(...bins.map((bin) => bin.most))).toBe(999);
  expect(Math.min(...bins.map((bin) => bin.least))).toBe(-5);
});

test('the last bin may be shorter, and none is empty', () => {
  const bins = binned(Array(401).fill(1), 400);
  expect(bins.length).toBe(201);
  expect(bins.at(-1)).toEqual({ first: 400, last: 400, least: 1, most: 1 });
});
