import { expect, test } from 'vitest';

import {
  bytesText,
  countText,
  countedText,
  durationText,
  epochOf,
  numberText,
  percentText,
  rateText,
  shareText,
  keyText,
  tickText,
  timeText,
} from './format';

// The values of src/base/units_test.cc and of the golden table: both programs write the same.
test('bytes have three digits and the unit that fits', () => {
  expect(bytesText(0)).toBe('0 B');
  expect(bytesText(999)).toBe('999 B');
  expect(bytesText(999.5)).toBe('0.98 KiB');
  expect(bytesText(31 * 1024 * 1024)).toBe('31.0 MiB');
  expect(bytesText(355 * 1024 * 1024)).toBe('355 MiB');
  expect(bytesText(60614992676037)).toBe('55.1 TiB');
});

test('a rate below ten bytes keeps two digits', () => {
  expect(rateText(0.01234)).toBe('0.012 B/s');
  expect(rateText(44581178.4)).toBe('42.5 MiB/s');
  expect(rateText(0)).toBe('0 B/s');
});

test('counts have commas, and a noun its s', () => {
  expect(countText(224333254054)).toBe('224,333,254,054');
  expect(countedText(1, 'topic')).toBe('1 topic');
  expect(countedText(1200, 'topic')).toBe('1,200 topics');
});

test('numbers have no zeros behind', () => {
  expect(numberText(27.9)).toBe('27.9');
  expect(numberText(0.12345)).toBe('0.123');
  expect(numberText(1230.4)).toBe('1,230');
  expect(numberText(1904.4, 4)).toBe('1,904');
  expect(numberText(1)).toBe('1');
});

test('shares are percentages, the small ones with two digits', () => {
  expect(shareText(0.702453174)).toBe('70 %');
  expect(shareText(0.0012)).toBe('0.12 %');
  expect(percentText(27.94)).toBe('27.9 %');
  expect(percentText(0)).toBe('0.0 %');
  expect(percentText(null)).toBe('–');
  expect(numberText(null)).toBe('–');
});

test('a duration has its two largest units and none behind a gap', () => {
  expect(durationText(0)).toBe('0 s');
  expect(durationText(60)).toBe('1 min');
  expect(durationText(90_000)).toBe('1 d 1 h');
  expect(durationText(86_400 + 300)).toBe('1 d');
  expect(durationText(7 * 86_400)).toBe('7 d');
});

test('times are of UTC, wherever they are read', () => {
  const at = epochOf('2026-11-16T20:18:00Z');
  expect(timeText(at)).toBe('2026-11-16 20:18 UTC');
  expect(timeText(at + 5)).toBe('2026-11-16 20:18:05 UTC');
  expect(tickText(at)).toBe('20:18');
  expect(tickText(epochOf('2026-11-16T00:00:00Z'))).toBe('Nov 16');
  expect(tickText(epochOf('2026-11-16T00:00:05Z'))).toBe('00:00:05');
});

test('a key without anything to be seen stands in quotes', () => {
  expect(keyText('order-1')).toBe('order-1');
  expect(keyText('')).toBe('""');
  expect(keyText(' ')).toBe('" "');
});
