import { expect, test } from 'vitest';

import type { FieldScore, Scan, ScannedPartition } from './report';
import {
  distinctText,
  fieldName,
  limitsText,
  othersText,
  rankedText,
  readWord,
  shareOr,
  splitWord,
  troubleTexts,
} from './scan_words';

const partition = (number: number, error: string | null): ScannedPartition => ({
  partition: number,
  from_offset: 0,
  to_offset: 10,
  records: 10,
  bytes: 100,
  null_key_records: 0,
  tombstones: 0,
  first: null,
  last: null,
  error: error === null ? null : { kind: 'timeout', message: error },
});

const scan = (of: Partial<Scan>): Scan =>
  ({
    fraction: 1,
    records: 20,
    partitions: [partition(0, null), partition(1, null)],
    error: null,
    api_keys_left: [],
    ...of,
  }) as Scan;

test('a whole scan, a random part, and what was not read', () => {
  expect(readWord(scan({}))).toMatchObject({ sign: '✓', text: 'all of the stretch: 20 records.' });
  expect(readWord(scan({ fraction: 0.05 })).text).toBe(
    'a random part of 5.0 % of the stretch: 20 records.',
  );
  const broken = scan({ partitions: [partition(0, null), partition(1, 'no record in 10 s')] });
  expect(readWord(broken)).toMatchObject({ sign: '⚠', words: 'read in part' });
  expect(readWord(broken).text).toContain('1 of 2 partitions not to the end');
  expect(troubleTexts(broken)).toEqual(['partition 1: no record in 10 s']);
  const stopped = scan({
    error: { kind: 'interrupted', message: 'interrupted after 20 records' },
    api_keys_left: ['API key AAA of lkc-1 is not deleted: timeout'],
  });
  expect(readWord(stopped).text).toContain('interrupted after 20 records');
  expect(troubleTexts(stopped)).toEqual(['API key AAA of lkc-1 is not deleted: timeout']);
});

test('ten partitions are named, the others counted', () => {
  const many = scan({ partitions: Array.from({ length: 24 }, (_, i) => partition(i, 'gone')) });
  const texts = troubleTexts(many);
  expect(texts.length).toBe(11);
  expect(texts.at(-1)).toContain('14 partitions more');
});

test('an exact number stands alone, an estimate with its limits', () => {
  const keys = { value: 99_361, low: 97_804, high: 100_969, standard_error: 0.0081 };
  expect(distinctText({ ...keys, exact: true })).toBe('99,361');
  expect(distinctText({ ...keys, exact: false })).toBe('99,361 [97,804, 100,969]');
});

test('what keys may have that are not listed', () => {
  const keys = [{ key: 'a', at_least: 5, at_most: 7, share: 0.5 }];
  const distinct = { value: 2, low: 2, high: 2, standard_error: 0, exact: true };
  const text = (x: number) => `${x} records`;
  expect(othersText({ total: 10, unlisted_at_most: 0, keys }, distinct, text)).toBe(
    'A key that is not among the heaviest 1 has 7 records at most.',
  );
  expect(othersText({ total: 10, unlisted_at_most: 8, keys }, distinct, text)).toContain('8 rec');
  const all = { ...distinct, value: 1 };
  expect(othersText({ total: 5, unlisted_at_most: 0, keys }, all, text)).toBe(
    'There are no other keys.',
  );
});

test('lost order is told with its time', () => {
  const keys = { value: 12, low: 10, high: 15 };
  const none = { keys: { value: 0, low: 0, high: 0 }, in_sample: 0, since: null, examples: [] };
  expect(splitWord(none).sign).toBe('✓');
  const split = { keys, in_sample: 3, since: '2026-03-04T05:06:07Z', examples: [] };
  expect(splitWord(split).text).toBe(
    'about 12 [10, 15] keys lie in more than one partition since 2026-03-04 05:06:07 UTC: their records have no order among each other.',
  );
  expect(splitWord({ ...split, since: null }).text).toContain('one partition: their');
});

test('fields, their stability, and what they were ranked by', () => {
  const field = { fields: ['user', 'day'] } as FieldScore;
  expect(fieldName(field)).toBe('user + day');
  expect(fieldName({ ...field, fields: [] })).toBe('the present key');
  expect(shareOr('not known', 0.98765)).toBe('98.8 %');
  expect(shareOr('not known', null)).toBe('not known');
  const better = { records: 2000, not_json: 3, repeated_keys: 1, partitions: 6, advice: '' };
  expect(rankedText({ ...better, fields: [] })).toBe(
    'By 2,000 records with JSON values, over 6 partitions; 3 records have no JSON object. Stability is known by 1 key with several records.',
  );
  expect(limitsText({ value: 1, low: 0, high: 2 }, (x) => `${x} %`)).toBe('1 % [0 %, 2 %]');
});
