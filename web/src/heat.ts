// A heat map's cells: how deep each is coloured, and which one is at a point.
import { countText, epochOf } from './format';
import type { HeatMap, HeatRow } from './report';

export interface HeatCell {
  records: number;
  /** Records of these steps may have been read before the key was counted. */
  partial: boolean;
}

export interface HeatCells {
  /** Steps of the map that share a column. */
  stepsEach: number;
  columns: number;
  /** The most records of one step in each column, by key. */
  rows: HeatCell[][];
  most: number;
}

/** Stands where nothing of a key is known, as dots are drawn there. */
export const notCounted = '···';

/** Nothing of the key is known, which is not the same as no records. */
export function isNotCounted({ records, partial }: HeatCell): boolean {
  return partial && records === 0;
}

/** "1,200"; "≥ 1,200" where some may be missing; dots where all are. */
export function cellText(cell: HeatCell): string {
  if (!cell.partial) return countText(cell.records);
  return cell.records === 0 ? notCounted : `≥ ${countText(cell.records)}`;
}

/** Steps from the map's first on that are missing what was read before the key entered: the one in
 * which it did is the last of them. */
function partialSteps(map: HeatMap, { entered, records }: HeatRow): number {
  if (entered === null) return records.length;
  return 1 + Math.floor((epochOf(entered) - epochOf(map.start)) / map.step_s);
}

/** A cell a step, by key. */
export function heatSteps(map: HeatMap): HeatCell[][] {
  return map.keys.map((one) => {
    const partial = partialSteps(map, one);
    return one.records.map((records, i) => ({ records, partial: i < partial }));
  });
}

/** As many steps share a cell as it takes to have no more than so many columns. */
export function heatCells(map: HeatMap, columnsAtMost: number): HeatCells {
  const steps = Math.max(0, ...map.keys.map((one) => one.records.length));
  const stepsEach = Math.max(1, Math.ceil(steps / columnsAtMost));
  const columns = Math.ceil(steps / stepsEach);
  const rows = heatSteps(map).map((row) =>
    Array.from({ length: columns }, (_, x) => {
      const shared = row.slice(x * stepsEach, (x + 1) * stepsEach);
      return {
        records: Math.max(0, ...shared.map((one) => one.records)),
        partial: shared.some((one) => one.partial),
      };
    }),
  );
  const most = rows.flat().reduce((x, one) => Math.max(x, one.records), 0);
  return { stepsEach, columns, rows, most };
}

const niceSpans = [
  ...[1, 5, 15, 30],
  ...[1, 5, 15, 30, 60, 180, 360, 720, 1440, 2880, 10_080].map((min) => 60 * min),
];

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

/** 0 to 1. By the root: a key a hundredth as busy as the busiest is still seen. */
export function depth(records: number, most: number): number {
  return most > 0 && records > 0 ? Math.sqrt(records / most) : 0;
}
