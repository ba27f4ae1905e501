// A keys report of any size, made by formulas.
import type { KeysReport, Spread, Strategy } from '../src/report';

/** Looks random and is the same each time. */
function noise(i: number, seed: number): number {
  const x = Math.sin(i * 12.9898 + seed * 78.233) * 43758.5453;
  return x - Math.floor(x);
}

function spreadOf(counts: number[]): Spread {
  const mean = counts.reduce((sum, x) => sum + x, 0) / counts.length;
  const squares = counts.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const sd = Math.sqrt(squares / Math.max(1, counts.length - 1));
  return {
    mean,
    sd_sample: sd,
    sd_population: Math.sqrt(squares / counts.length),
    cv_percent: (100 * sd) / mean,
    max_over_mean: Math.max(...counts) / mean,
    gini: 0.1,
    entropy_normalised: 0.99,
  };
}

function strategy(name: string, quality: string, cause: string, counts: number[]): Strategy {
  const bytes = counts.map((count) => 234 * count);
  return {
    name,
    counts,
    bytes,
    ...spreadOf(counts),
    cv_percent_by_chance: 31.6,
    p_value: 0.5,
    bytes_spread: spreadOf(bytes),
    quality,
    cause,
    verdict: `${name} spreads these keys as the counts say.`,
    keeps_key_order: name !== 'salted',
    key_patterns: [
      { pattern: 'tenant_id-', counts: counts.map((count) => Math.floor(count / 3)) },
      { pattern: 'user_id-', counts: counts.map((count) => count - Math.floor(count / 3)) },
    ],
  };
}

/** A name that tries to end its element. */
export const hostile =
  '</script><script>document.title="broken"</script><!--<img src=x onerror=alert(1)>';

export function keysReport(partitions: number): KeysReport {
  const even = Array.from({ length: partitions }, (_, i) => 80 + Math.floor(40 * noise(i, 1)));
  const hot = even.map((count, i) => (i === Math.floor(partitions / 3) ? 12 * count : count));
  const points = Array.from({ length: 60 }, (_, i) => ({
    partitions: i + 1,
    cv_percent: i === 0 ? 0 : 5 * Math.sqrt(i) + 3 * noise(i, 2),
    cv_percent_by_chance: i === 0 ? 0 : 5 * Math.sqrt(i),
    max_over_mean: 1 + i / 40,
    moved_keys_percent: i + 1 === 10 ? 0 : (100 * i) / (i + 1),
    moved_records_percent: i + 1 === 10 ? 0 : (95 * i) / (i + 1),
  }));
  return {
    schema: 'partwise.keys/1',
    version: '0.1.0',
    command: 'simulate',
    started: '2026-03-04T05:06:07Z',
    settings: { partitions, strategy: 'murmur2,crc32' },
    keys: {
      source: 'typical',
      key_pattern: ['tenant_id-', 'user_id-'],
      records: even.reduce((sum, x) => sum + x, 0),
      bytes: 23400,
      distinct_keys: 100,
      effective_keys: 61.5,
      null_key_records: 0,
      empty_key_records: 3,
      keys_are_hashed: false,
      heaviest: [
        { key: 'hot-key', records: 800, share: 0.8 },
        { key: hostile, records: 20, share: 0.02 },
      ],
    },
    partitions,
    strategies: [
      strategy('murmur2', 'good', 'none', even),
      strategy('crc32', 'severe', 'hot_key', hot),
    ],
    sweep: {
      current_partitions: 10,
      target_cv_percent: 20,
      strategies: [{ name: 'murmur2', smallest_within: 1, largest_within: 12, points }],
    },
    verification: null,
    scan: null,
    heat_map: {
      start: '2026-03-04T05:00:00Z',
      step_s: 3600,
      keys: Array.from({ length: 12 }, (_, k) => ({
        key: `key-${k}`,
        entered: '2026-03-04T04:59:59Z',
        records: Array.from({ length: 72 }, (_, i) =>
          Math.floor((1000 / (k + 1)) * (1 + Math.sin((i * 2 * Math.PI) / 24)) * noise(i, k)),
        ),
      })),
    },
    warnings: ['only 100 distinct keys: chance alone makes partitions uneven'],
  };
}
