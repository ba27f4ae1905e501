import { expect, test } from 'vitest';

import {
  cellText,
  depth,
  type HeatCell,
  heatCells,
  heatSteps,
  notCounted,
  timeColumns,
} from './heat';
import type { HeatMap } from './report';

/** Each key entered before the first step. */
const map = (records: number[][]): HeatMap => ({
  start: '2026-03-04T05:00:00Z',
  step_s: 60,
  keys: records.map((row, i) => ({
    key: `k${i}`,
    entered: '2026-03-04T04:59:59Z',
    records: row,
  })),
});

const whole = (records: number) => ({ records, partial: false });

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
    rows: [[2, 9, 4].map(whole), [0, 0, 1].map(whole)],
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

test('a map of seconds has times, too', () => {
  const seconds = { ...map([Array(20).fill(1)]), step_s: 1 };
  const columns = timeColumns(seconds, heatCells(seconds, 400), 3);
  expect(columns.map(([column]) => column)).toEqual([0, 5, 10, 15]);
  const one = { ...map([[1]]), step_s: 1, start: '2026-03-04T05:00:07Z' };
  expect(timeColumns(one, heatCells(one, 400), 0.06).map(([column]) => column)).toEqual([0]);
});

test('what a key had before it was counted is not known, and not nothing', () => {
  const three = map([
    [0, 0, 0, 5, 0, 1],
    [7, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 0],
  ]);
  const entered = ['2026-03-04T05:03:30Z', '2026-03-04T05:02:00Z', null];
  three.keys = three.keys.map((one, i) => ({ ...one, entered: entered[i]! }));
  const texts = (rows: HeatCell[][]) => rows.map((row) => row.map(cellText));
  expect(texts(heatSteps(three))).toEqual([
    [notCounted, notCounted, notCounted, '≥ 5', '0', '1'],
    ['≥ 7', notCounted, notCounted, '0', '0', '1'],
    Array(6).fill(notCounted),
  ]);
  expect(texts(heatCells(three, 100).rows)).toEqual(texts(heatSteps(three)));
  expect(texts(heatCells(three, 3).rows)).toEqual([
    [notCounted, '≥ 5', '1'],
    ['≥ 7', notCounted, '1'],
    Array(3).fill(notCounted),
  ]);
});

test('a key that was counted from the beginning has no cell of dots', () => {
  expect(heatSteps(map([[0, 1200]]))[0]!.map(cellText)).toEqual(['0', '1,200']);
});
