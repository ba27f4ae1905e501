// The numbers behind a chart, for whoever cannot see it or wants them exactly.
import { useState } from 'preact/hooks';

export interface TableData {
  caption: string;
  columns: string[];
  /** The first cell names its row. */
  rows: (string | number)[][];
  /** Columns, from 0 on, whose cells are words, and not numbers. */
  words?: number[];
}

/** Wide or long tables scroll in a box of their own, by keyboard too. */
export function ScrollBox({
  label,
  children,
}: {
  label: string;
  children: preact.ComponentChildren;
}) {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

export function DataTable({ table }: { table: TableData }) {
  const kind = (column: number) =>
    column === 0 || table.words?.includes(column) ? 'words' : 'number';
  return (
    <ScrollBox label={table.caption}>
      <table class="data">
        <caption>{table.caption}</caption>
        <thead>
          <tr>
            {table.columns.map((name, j) => (
              <th key={name} scope="col" class={kind(j)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((cells, i) => (
            <tr key={i}>
              {cells.map((cell, j) =>
                j === 0 ? (
                  <th key={j} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={j} class={kind(j)}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

/** Made when it is opened: some have ten thousand rows. */
export function DataDetails(props: { summary?: string; table: () => TableData }) {
  const { summary = 'Data table', table } = props;
  const [open, setOpen] = useState(false);
  return (
    <details class="numbers" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {open && <DataTable table={table()} />}
    </details>
  );
}
