// The order of a table's rows.

export type Direction = 'ascending' | 'descending';
export type Key = string | number | null;

function compared(x: Key, y: Key): number {
  if (typeof x === 'string' || typeof y === 'string') {
    const a = String(x).toLowerCase();
    const b = String(y).toLowerCase();
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return (x ?? 0) - (y ?? 0);
}

/** A copy in order of `key`, equals as they were. What is not known comes last, either way. */
export function sorted<T>(rows: readonly T[], key: (row: T) => Key, direction: Direction): T[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return [...rows].sort((a, b) => {
    const x = key(a);
    const y = key(b);
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * compared(x, y);
  });
}

/** Whether `text` holds every word of `filter`, in any case. */
export function matches(text: string, filter: string): boolean {
  const within = text.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => within.includes(word));
}
