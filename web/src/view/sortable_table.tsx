// A table that is sorted by its headers, and whose rows may open.
import type { ComponentChildren } from 'preact';
import { Fragment } from 'preact';
import { useMemo, useState } from 'preact/hooks';

import { countText } from '../format';
import { type Direction, type Key, sorted } from '../sort';

export interface Column<T> {
  name: string;
  /** Of what a short name stands for. */
  title?: string;
  number?: boolean;
  /** The direction of the first click. */
  first?: Direction;
  key: (row: T) => Key;
  cell: (row: T) => ComponentChildren;
}

interface SortableTableProps<T> {
  caption: string;
  columns: Column<T>[];
  rows: readonly T[];
  nameOf: (row: T) => string;
  detail?: (row: T) => ComponentChildren;
}

/** Rows that are drawn before the reader asks for all: a browser is slow with many thousands. */
const drawnAtFirst = 500;

function Header<T>(props: {
  column: Column<T>;
  sort: Direction | undefined;
  onSort: (direction: Direction) => void;
}) {
  const { column, sort, onSort } = props;
  const first = column.first ?? 'ascending';
  const other = sort === 'ascending' ? 'descending' : 'ascending';
  return (
    <th scope="col" class={column.number ? 'number' : ''} aria-sort={sort ?? 'none'}>
      <button title={column.title} onClick={() => onSort(sort ? other : first)}>
        {column.name}
        <span class="arrow" aria-hidden="true">
          {sort === 'ascending' ? '▲' : sort === 'descending' ? '▼' : '↕'}
        </span>
      </button>
    </th>
  );
}

function Row<T>({ row, table }: { row: T; table: SortableTableProps<T> }) {
  const [open, setOpen] = useState(false);
  const { columns, detail, nameOf } = table;
  return (
    <Fragment>
      <tr class={open ? 'open' : ''}>
        {columns.map((column, i) =>
          i > 0 ? (
            <td key={i} class={column.number ? 'number' : ''}>
              {column.cell(row)}
            </td>
          ) : (
            <th key={i} scope="row">
              {detail ? (
                <button class="opener" aria-expanded={open} onClick={() => setOpen(!open)}>
                  <span aria-hidden="true">{open ? '▾' : '▸'} </span>
                  {column.cell(row)}
                </button>
              ) : (
                column.cell(row)
              )}
            </th>
          ),
        )}
      </tr>
      {open && detail && (
        <tr class="detail">
          <td colSpan={columns.length}>
            <section aria-label={nameOf(row)}>{detail(row)}</section>
          </td>
        </tr>
      )}
    </Fragment>
  );
}

export function SortableTable<T>(props: SortableTableProps<T>) {
  const { caption, columns, rows, nameOf } = props;
  const [order, setOrder] = useState<{ by: number; direction: Direction }>({
    by: 0,
    direction: 'ascending',
  });
  const [all, setAll] = useState(false);
  const inOrder = useMemo(
    () => sorted(rows, columns[order.by]!.key, order.direction),
    [rows, columns, order],
  );
  const drawn = all ? inOrder : inOrder.slice(0, drawnAtFirst);
  return (
    <>
      <div class="wide">
        <table class="sortable">
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column, i) => (
                <Header
                  key={column.name}
                  column={column}
                  sort={order.by === i ? order.direction : undefined}
                  onSort={(direction) => setOrder({ by: i, direction })}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {drawn.map((row) => (
              <Row key={nameOf(row)} row={row} table={props} />
            ))}
          </tbody>
        </table>
      </div>
      {drawn.length < inOrder.length && (
        <p>
          The first {countText(drawn.length)} of {countText(inOrder.length)} are shown.{' '}
          <button onClick={() => setAll(true)}>Show all</button>
        </p>
      )}
    </>
  );
}
