// Numbers, bytes and times as the program's table writes them (src/base/units.cc): the same value
// reads the same in the terminal and here.

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** What stands where nothing is known. */
export const unknown = '–';

function threeDigits(x: number): string {
  if (x >= 100 || x === 0) return x.toFixed(0);
  return x.toFixed(x >= 10 ? 1 : 2);
}

/** "42.5 MiB" */
export function bytesText(bytes: number): string {
  let i = 0;
  // 999.5 and more would print as 1000 of the smaller unit.
  while (bytes >= 999.5 && i + 1 < byteUnits.length) {
    bytes /= 1024;
    ++i;
  }
  return `${i === 0 ? bytes.toFixed(0) : threeDigits(bytes)} ${byteUnits[i]}`;
}

/** "42.5 MiB/s" */
export function rateText(bytesPerSecond: number): string {
  if (bytesPerSecond > 0 && bytesPerSecond < 10) {
    return `${Number(bytesPerSecond.toPrecision(2))} B/s`;
  }
  return `${bytesText(bytesPerSecond)}/s`;
}

/** "1,200 records/s"; unknown where it took no time. */
export function rateOfRecords(records: number, seconds: number): string {
  return seconds > 0 ? `${countText(Math.floor(records / seconds))} records/s` : unknown;
}

/** "1,234,567" */
export function countText(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

/** "1 record", "1,200 records" */
export function countedText(n: number, noun: string): string {
  return `${countText(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** Up to `digits` digits that count, without zeros behind: 0.123, 12.3; whole from a thousand on. */
export function numberText(x: number | null, digits = 3): string {
  if (x === null) return unknown;
  if (Math.abs(x) >= 1000) return countText(x);
  return String(Number(x.toPrecision(digits)));
}

/** A share of 0 to 1 as "70 %"; below one percent with two digits. */
export function shareText(share: number, decimals = 0): string {
  return percentText(100 * share, decimals);
}

/** "27.9 %" */
export function percentText(percent: number | null, decimals = 1): string {
  if (percent === null) return unknown;
  if (percent > 0 && percent < 0.01) return '< 0.01 %';
  if (percent > 0 && percent < 1) return `${Number(percent.toPrecision(2))} %`;
  return `${percent.toFixed(decimals)} %`;
}

/** "1 d 3 h": the two largest units, none behind a gap. */
export function durationText(seconds: number): string {
  const units: [number, string][] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  let left = Math.round(seconds);
  const parts: string[] = [];
  for (const [size, name] of units) {
    const whole = Math.floor(left / size);
    left -= whole * size;
    if (whole === 0) {
      if (parts.length > 0) break;
      continue;
    }
    parts.push(`${whole} ${name}`);
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0 s';
}

const two = (n: number): string => String(n).padStart(2, '0');

/** "2026-11-16 20:18 UTC", with seconds where there are some. Seconds since 1970. */
export function timeText(epoch: number): string {
  const at = new Date(epoch * 1000);
  const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  const seconds = at.getUTCSeconds() === 0 ? '' : `:${two(at.getUTCSeconds())}`;
  return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}${seconds} UTC`;
}

/** A key as a name: one that is empty, or blank, stands in quotes. */
export function keyText(key: string): string {
  return key.trim() === '' ? JSON.stringify(key) : key;
}

/** For an axis: "Nov 16" at midnight, else "20:18", or "20:18:05". */
export function tickText(epoch: number): string {
  const at = new Date(epoch * 1000);
  if (epoch % 86_400 === 0) {
    const month = at.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
    return `${month} ${at.getUTCDate()}`;
  }
  const seconds = at.getUTCSeconds() === 0 ? '' : `:${two(at.getUTCSeconds())}`;
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}${seconds}`;
}

/** Seconds since 1970 of a time of UTC in ISO 8601; NaN where it is none. */
export function epochOf(text: string): number {
  return Date.parse(text) / 1000;
}
