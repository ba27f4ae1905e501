// What the program writes: the two documents, and how one is read from the page.
// docs/recommend.md names each field, its unit, and when it is null.

export interface Interval {
  value: number;
  low: number;
  high: number;
}

export interface Failure {
  partition: number | null;
  step: string;
  kind: string;
  message: string;
}

export interface PeakWindow {
  start: string;
  seconds: number;
  records: number;
  exact: boolean;
}

export interface CrossCheck {
  method: string;
  failure: string | null;
  mean_record_bytes: Interval | null;
  mean_bytes_per_s: Interval | null;
  peak_bytes_per_s: Interval | null;
  recommended_partitions: Interval | null;
}

/** Means over steps of equal length; null where nothing is known. */
export interface DemandSeries {
  start: string;
  step_s: number;
  bytes_per_s: (number | null)[];
}

export interface Topic {
  name: string;
  status: 'active' | 'empty' | 'error';
  is_compacted: boolean | null;
  partitions: number;
  replication_factor: number;
  records: number | null;
  records_in_window: number | null;
  window_start: string | null;
  window_end: string | null;
  mean_record_bytes: Interval | null;
  mean_bytes_per_s: Interval | null;
  peak_bytes_per_s: Interval | null;
  peak_window: PeakWindow | null;
  read_mean_bytes_per_s: Interval | null;
  read_peak_bytes_per_s: Interval | null;
  required_bytes_per_s: Interval | null;
  capacity_bytes_per_s: number;
  recommended_partitions: Interval | null;
  recommended_by_ratio_model: { low: number; high: number } | null;
  decided_by: string;
  binding: string;
  reason: string;
  advice: string;
  hottest_partition: number | null;
  hottest_partition_share: number | null;
  hot_partition_ingress: 'yes' | 'no' | 'n/a';
  hot_partition_egress: 'yes' | 'no' | 'n/a';
  heaviest_key: { bytes_share: Interval; example: { partition: number; offset: number } } | null;
  keys_moved_share: number | null;
  next_multiple: number | null;
  next_multiple_keys_moved_share: number | null;
  retained_bytes: number | null;
  stored_bytes_per_record: number | null;
  compression_ratio: number | null;
  lookups: number;
  records_read: number;
  cross_check: CrossCheck | null;
  demand: DemandSeries | null;
  warnings: string[];
  failures: Failure[];
}

export interface Cluster {
  cluster_id: string;
  bootstrap_servers: string;
  status: 'ok' | 'partial' | 'failed' | 'interrupted';
  error: { kind: string; message: string; hint: string } | null;
  brokers: number;
  elapsed_s: number;
  lookups: number;
  bytes_read: number;
  bytes_stored: number | null;
  service_requests: number;
  cluster_load: number | null;
  totals: {
    topics: number;
    active: number;
    empty: number;
    failed: number;
    partitions: number;
    active_partitions: number;
    recommended_partitions: number;
    records: number;
  };
  warnings: string[];
  topics: Topic[];
}

export type Settings = Record<string, string | number | boolean | null>;

export interface RecommendReport {
  schema: 'partwise.recommend/1';
  version: string;
  started: string;
  settings: Settings;
  clusters: Cluster[];
  api_keys_left: string[];
}

/** How evenly something lies over the partitions. What has no value (of nothing, say) is null. */
export interface Spread {
  mean: number | null;
  sd_sample: number | null;
  sd_population: number | null;
  cv_percent: number | null;
  max_over_mean: number | null;
  gini: number | null;
  entropy_normalised: number | null;
}

export interface Strategy extends Spread {
  name: string;
  counts: number[];
  bytes: number[];
  cv_percent_by_chance: number | null;
  p_value: number | null;
  bytes_spread: Spread;
  quality: string;
  cause: string;
  verdict: string;
  /** All records of a key stay on one partition, in their order. */
  keeps_key_order: boolean;
  key_patterns: { pattern: string; counts: number[] }[];
}

export interface SweepPoint {
  partitions: number;
  cv_percent: number | null;
  cv_percent_by_chance: number | null;
  max_over_mean: number | null;
  moved_keys_percent: number | null;
  moved_records_percent: number | null;
}

export interface StrategySweep {
  name: string;
  smallest_within: number | null;
  largest_within: number | null;
  points: SweepPoint[];
}

export interface Sweep {
  current_partitions: number | null;
  target_cv_percent: number;
  strategies: StrategySweep[];
}

export interface HeatMap {
  start: string;
  step_s: number;
  keys: HeatRow[];
}

export interface HeatRow {
  key: string;
  /** Since when its records are counted: what it had before is not known. Null: none was counted. */
  entered: string | null;
  records: number[];
}

interface RunError {
  kind: string;
  message: string;
  hint: string;
}

/** What was found when records were read back. */
export interface Arrivals {
  proven: boolean;
  acknowledged: number;
  arrived: number;
  missing: number;
  twice: number;
  unacknowledged: number;
  out_of_order: number;
  misplaced: number;
  wrong_key: number;
  without_key: number;
  /** Records on each partition: that arrived, and where the keys of those belong. */
  actual: number[];
  theoretical: number[];
  examples: string[];
}

export interface Verification {
  cluster: string;
  topic: string;
  existing: boolean;
  kept: boolean;
  replication_factor: number;
  compression: string;
  partitioner: string;
  planned: number;
  sent: number;
  failed: number;
  produce_s: number;
  read_s: number;
  arrivals: Arrivals | null;
  error: RunError | null;
  removal_error: RunError | null;
  api_keys_left: string[];
}

/** What the heaviest keys weigh, within sure bounds. */
export interface HeavyKeys {
  total: number;
  unlisted_at_most: number;
  keys: { key: string; at_least: number; at_most: number; share: number }[];
}

export interface Placer {
  placer: string;
  used_by: string;
  partitions: number;
  agreeing: number;
  by_chance: number;
  keys: Interval;
  records: number;
  not_told_from: string[];
}

export interface Forensics {
  placements: number;
  says_nothing: boolean;
  placers: Placer[];
  unknown_keys: Interval;
  unknown_records: number;
}

export interface SplitKey {
  key: string;
  since: string | null;
  partitions: { partition: number; records: number; first: string | null; last: string | null }[];
}

export interface SplitKeys {
  keys: Interval;
  in_sample: number;
  since: string | null;
  examples: SplitKey[];
}

export interface FieldScore {
  /** None: the key that the records have. */
  fields: string[];
  coverage: number;
  distinct: number;
  distinct_at_least: number;
  cv_percent: number;
  cv_percent_by_chance: number;
  max_over_mean: number;
  stability: number | null;
  within_key: number | null;
  /** Other records with a record's value, on the average, of those read. */
  others_alike: number;
  score: number;
}

export interface BetterKey {
  records: number;
  not_json: number;
  repeated_keys: number;
  partitions: number;
  advice: string;
  fields: FieldScore[];
}

export interface ScannedPartition {
  partition: number;
  from_offset: number;
  to_offset: number;
  records: number;
  bytes: number;
  null_key_records: number;
  tombstones: number;
  first: string | null;
  last: string | null;
  error: { kind: string; message: string } | null;
}

export interface Sizes {
  count: number;
  mean: number;
  min: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

export interface ScanMember {
  client: string;
  host: string;
  partitions: number[];
  records: number;
  read_s: number;
}

/** What was read of a topic. */
export interface Scan {
  cluster: string;
  topic: string;
  fraction: number;
  records: number;
  bytes: number;
  null_key_records: number;
  tombstones: number;
  first: string | null;
  last: string | null;
  read_s: number;
  memory_bytes: number;
  distinct_keys: Interval & { exact: boolean; standard_error: number };
  key_bytes: Sizes;
  value_bytes: Sizes;
  heaviest_by_records: HeavyKeys;
  heaviest_by_bytes: HeavyKeys;
  forensics: Forensics;
  split_keys: SplitKeys;
  better_key: BetterKey | null;
  what_if: { exact: boolean; keys: number };
  group?: { name: string; members: ScanMember[] } | null;
  partitions: ScannedPartition[];
  error: { kind: string; message: string } | null;
  api_keys_left: string[];
}

/** What keys there are. */
export interface Keys {
  source: string;
  key_pattern: string[] | null;
  records: number;
  bytes: number;
  distinct_keys: number;
  effective_keys: number;
  null_key_records: number;
  empty_key_records: number;
  keys_are_hashed: boolean;
  heaviest: { key: string; records: number; share: number }[];
}

export interface KeysReport {
  schema: 'partwise.keys/1';
  version: string;
  command: string;
  started: string;
  settings: Settings;
  keys: Keys;
  /** Of the strategies; null where other counts alone were asked for. */
  partitions: number | null;
  strategies: Strategy[] | null;
  sweep: Sweep | null;
  verification: Verification | null;
  scan: Scan | null;
  heat_map: HeatMap | null;
  warnings: string[];
}

export type Read =
  | { kind: 'recommend'; report: RecommendReport }
  | { kind: 'keys'; report: KeysReport }
  | { kind: 'unreadable'; why: string };

/** The report in `text`, by its schema. */
export function readReport(text: string): Read {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'unreadable', why: `This file's report is not JSON: ${String(error)}` };
  }
  const schema =
    typeof value === 'object' && value !== null && 'schema' in value ? value.schema : null;
  if (schema === 'partwise.recommend/1') {
    return { kind: 'recommend', report: value as RecommendReport };
  }
  if (schema === 'partwise.keys/1') return { kind: 'keys', report: value as KeysReport };
  return {
    kind: 'unreadable',
    why: `This page cannot show a report of the kind ${String(schema)}.`,
  };
}
