import { expect, test } from 'vitest';

import { depth, heatCells, timeColumns, unknownColumns } from './heat';

const map = (records: number[][]) => ({
  start: '2026-03-04T05:00:00Z',
  step_s: 60,
  keys: records.map((row, i) => ({ key: `k${i}`, records: row })),
});

test('a column holds several steps where there are many, and keeps the busiest', () => {
  const cells = heatCells(
    map([
      [1, 2, 9, 0, 4],
      [0, 0, 0, 0, 1],
    ]),
    3,
  );
  expect(cells).toEqual({
    stepsEach: 2,
    columns: 3,
    rows: [
      [2, 9, 4],
      [0, 0, 1],
    ],
    most: 9,
  });
});

test('nothing is no cell', () => {
  expect(heatCells(map([]), 10)).toEqual({ stepsEach: 1, columns: 0, rows: [], most: 0 });
  expect(depth(0, 0)).toBe(0);
});

test('depth is the root of the share', () => {
  expect(depth(1, 100)).toBeCloseTo(0.1);
  expect(depth(100, 100)).toBe(1);
});

test('times stand below round columns, with room between', () => {
  const hours = { ...map([Array(30).fill(1)]), step_s: 3600 };
  const columns = timeColumns(hours, heatCells(hours, 400), 5);
  expect(columns.map(([column]) => column)).toEqual([1, 7, 13, 19, 25]);
  expect(columns.map(([, at]) => (at / 3600) % 24)).toEqual([6, 12, 18, 0, 6]);
});

test('what a key had before it was counted is not known, and not nothing', () => {
  const two = map([
    [0, 0, 0, 5, 1, 0],
    [7, 0, 0, 0, 0, 1],
  ]);
  const entered = (minute: number) => `2026-03-04T05:0${minute}:30Z`;
  two.keys = two.keys.map((one, i) => ({ ...one, entered: entered(i === 0 ? 3 : 2) }));
  expect(unknownColumns(two, heatCells(two, 100))).toEqual([3, 0]);
  expect(unknownColumns(two, heatCells(two, 3))).toEqual([1, 0]);
  const all = map([[0, 1]]);
  expect(unknownColumns(all, heatCells(all, 100))).toEqual([0]);
});
