// A heat map's cells: how deep each is coloured, and which one is at a point.
import { binned } from './bins';
import { epochOf } from './format';
import type { HeatMap } from './report';

export interface HeatCells {
  /** Steps of the map that share a column. */
  stepsEach: number;
  columns: number;
  /** The most records of one step in each column, by key. */
  rows: number[][];
  most: number;
}

export function heatCells(map: HeatMap, columnsAtMost: number): HeatCells {
  const steps = Math.max(0, ...map.keys.map((one) => one.records.length));
  const rows = map.keys.map((one) => binned(one.records, columnsAtMost).map((bin) => bin.most));
  const most = rows.flat().reduce((x, y) => Math.max(x, y), 0);
  const stepsEach = Math.max(1, Math.ceil(steps / columnsAtMost));
  return { stepsEach, columns: Math.ceil(steps / stepsEach), rows, most };
}

const niceSpans = [1, 5, 15, 30, 60, 180, 360, 720, 1440, 2880, 10_080].map((min) => 60 * min);

/** The columns that a time stands below: round times, at least `apart` columns from each other. */
export function timeColumns(map: HeatMap, cells: HeatCells, apart: number): [number, number][] {
  const each = cells.stepsEach * map.step_s;
  const span = niceSpans.find((seconds) => seconds >= apart * each) ?? apart * each;
  const start = epochOf(map.start);
  const found: [number, number][] = [];
  for (let column = 0; column < cells.columns; ++column) {
    const at = start + column * each;
    if (Math.floor(at / span) !== Math.floor((at - each) / span)) found.push([column, at]);
  }
  return found;
}

/** Columns before which a key was not counted yet, by key: those in which nothing of it is known. */
export function unknownColumns(map: HeatMap, cells: HeatCells): number[] {
  const each = cells.stepsEach * map.step_s;
  return map.keys.map((one, i) => {
    if (!one.entered) return 0;
    const until = Math.floor((epochOf(one.entered) - epochOf(map.start)) / each);
    const counted = (cells.rows[i] ?? []).findIndex((records) => records > 0);
    return Math.max(0, counted < 0 ? until : Math.min(until, counted));
  });
}

/** 0 to 1. By the root: a key a hundredth as busy as the busiest is still seen. */
export function depth(records: number, most: number): number {
  return most > 0 && records > 0 ? Math.sqrt(records / most) : 0;
}
