// A table whose last column draws its numbers: it needs no table beside it.
import type { ComponentChildren } from 'preact';

export interface BarRow {
  name: string;
  text: string;
  value: number | null;
  /** Drawn as a line across the bar. */
  line?: number | null;
  lineText?: string;
  strong?: boolean;
}

interface BarTableProps {
  caption: ComponentChildren;
  columns: [string, string];
  lineColumn?: string;
  rows: BarRow[];
}

function Bar({ row, most }: { row: BarRow; most: number }) {
  const part = (x: number | null) => `${most > 0 ? (100 * (x ?? 0)) / most : 0}%`;
  return (
    <div class="bar">
      <div class={row.strong ? 'fill strong' : 'fill'} style={{ width: part(row.value) }} />
      {typeof row.line === 'number' && <div class="line" style={{ left: part(row.line) }} />}
    </div>
  );
}

/** On a narrow screen longer names would leave no room for the bars. */
const nameShort = 16;

export function BarTable({ caption, columns, lineColumn, rows }: BarTableProps) {
  const most = Math.max(...rows.map((row) => Math.max(row.value ?? 0, row.line ?? 0)), 0);
  return (
    <table class={rows.some((row) => row.name.length > nameShort) ? 'bars long' : 'bars'}>
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{columns[0]}</th>
          <th scope="col" class="number">
            {columns[1]}
          </th>
          {lineColumn && (
            <th scope="col" class="number">
              {lineColumn}
            </th>
          )}
          <td aria-hidden="true" />
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row">{row.name}</th>
            <td class="number">{row.text}</td>
            {lineColumn && <td class="number">{row.lineText}</td>}
            <td class="drawn" aria-hidden="true">
              <Bar row={row} most={most} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
