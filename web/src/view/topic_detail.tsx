// One topic: why its count is what it is, and how sure that is.
import {
  bytesText,
  countText,
  countedText,
  durationText,
  epochOf,
  numberText,
  rateText,
  shareText,
  timeText,
  unknown,
} from '../format';
import { peakIsABound } from '../mark';
import type { CrossCheck, Interval, Settings, Topic } from '../report';
import { type BarRow, BarTable } from './bar_table';
import { DemandChart } from './demand_chart';
import { type Fact, Facts, Messages } from './parts';
import { RangeBar } from './range_bar';

const decisions: Record<string, string> = {
  watermarks: 'all records of the log in one window would not change it',
  stored_bytes: 'all stored bytes in one window would not change it',
  proved: 'proved: no window that was not looked at can change it',
  estimate: 'an estimate: the budget or the records ended first',
  full_scan: 'exact: every record was read',
  counted: 'as the brokers counted it',
};

function withLimits(x: Interval | null, text: (x: number) => string): string {
  if (!x) return unknown;
  return x.low === x.high ? text(x.value) : `${text(x.value)} (${text(x.low)} to ${text(x.high)})`;
}

function rateRow(name: string, value: number, strong = false): BarRow {
  return { name, value, text: rateText(value), strong };
}

/** What is carried and needed, on one scale. */
function Rates({ topic, settings }: { topic: Topic; settings: Settings }) {
  const { mean_bytes_per_s: mean, peak_bytes_per_s: peak, required_bytes_per_s: required } = topic;
  if (!mean || !peak || !required || required.high === 0) return null;
  const bound = peakIsABound(topic);
  const atMost = bound ? ' at most' : '';
  const factor = settings['required_consumption_throughput_factor'];
  const rows = [
    rateRow('Mean in', mean.value),
    rateRow(`Peak in${atMost && ','}${atMost}`, bound ? peak.high : peak.value),
  ];
  if (topic.read_peak_bytes_per_s) {
    rows.push(rateRow('Peak out, all consumers', topic.read_peak_bytes_per_s.value));
  }
  rows.push(
    rateRow(
      `Needed: ${factor} × peak${atMost && ','}${atMost}`,
      bound ? required.high : required.value,
      true,
    ),
  );
  const wanted = topic.recommended_partitions?.value ?? topic.partitions;
  for (const count of new Set([topic.partitions, Math.max(topic.partitions, wanted)])) {
    const now = count === topic.partitions ? 'now' : 'recommended';
    rows.push(
      rateRow(
        `Carried by ${countedText(count, 'partition')} (${now})`,
        count * topic.capacity_bytes_per_s,
      ),
    );
  }
  return <BarTable caption="Demand and capacity" columns={['Rate', 'per second']} rows={rows} />;
}

function Skew({ topic }: { topic: Topic }) {
  const { hottest_partition: hottest, hottest_partition_share: share } = topic;
  if (hottest === null || share === null || topic.partitions < 2) return null;
  const rows: BarRow[] = [
    {
      name: `Partition ${hottest}, the hottest`,
      value: share,
      text: shareText(share, 1),
      strong: true,
    },
    {
      name: 'An even share',
      value: 1 / topic.partitions,
      text: shareText(1 / topic.partitions, 1),
    },
  ];
  if (topic.heaviest_key) {
    const key = topic.heaviest_key;
    rows.push({
      name: `Heaviest key (of all bytes; partition ${key.example.partition}, offset ${key.example.offset})`,
      value: key.bytes_share.value,
      text: shareText(key.bytes_share.value, 1),
    });
  }
  return (
    <BarTable
      caption="Skew by partition, of the peak window's records"
      columns={['Where', 'Share']}
      rows={rows}
    />
  );
}

function CrossChecked({ topic, other }: { topic: Topic; other: CrossCheck }) {
  const rows: [string, Interval | null, Interval | null, (x: number) => string][] = [
    [
      'Recommended partitions',
      topic.recommended_partitions,
      other.recommended_partitions,
      countText,
    ],
    ['Peak', topic.peak_bytes_per_s, other.peak_bytes_per_s, rateText],
    ['Mean', topic.mean_bytes_per_s, other.mean_bytes_per_s, rateText],
    ['Record size', topic.mean_record_bytes, other.mean_record_bytes, bytesText],
  ];
  return (
    <table class="plain">
      <caption>Cross-check</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">This report</th>
          <th scope="col">By {other.method}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, here, there, text]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{withLimits(here, text)}</td>
            <td>{withLimits(there, text)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function peakPlace(topic: Topic): string {
  const peak = topic.peak_window;
  if (!topic.recommended_partitions) return unknown;
  if (!peak || peakIsABound(topic))
    return 'not looked for: the count is the same for any peak up to the bound';
  const records = peak.records > 0 ? `, ${countedText(peak.records, 'record')}` : '';
  const doubt = peak.exact ? '' : '; a busier window is possible';
  return `${timeText(epochOf(peak.start))} for ${durationText(peak.seconds)}${records}${doubt}`;
}

function factsOf(topic: Topic): Fact[] {
  const facts: Fact[] = [
    { name: 'Count is', value: decisions[topic.decided_by] ?? 'not decided' },
    { name: 'Bound by', value: topic.binding.replaceAll('_', ' ') },
  ];
  if (topic.window_start && topic.window_end) {
    const [start, end] = [epochOf(topic.window_start), epochOf(topic.window_end)];
    facts.push({ name: 'Observed', value: `${timeText(start)} to ${timeText(end)}` });
  }
  facts.push(
    { name: 'Busiest window', value: peakPlace(topic) },
    { name: 'Mean', value: withLimits(topic.mean_bytes_per_s, rateText) },
    { name: 'Peak', value: withLimits(topic.peak_bytes_per_s, rateText) },
    { name: 'Needed', value: withLimits(topic.required_bytes_per_s, rateText) },
    { name: 'Record size', value: withLimits(topic.mean_record_bytes, bytesText) },
    {
      name: 'Records in the log',
      value: topic.records === null ? unknown : countText(topic.records),
    },
    { name: 'Replication factor', value: String(topic.replication_factor) },
    {
      name: 'Hot partition, in / out',
      value: `${topic.hot_partition_ingress} / ${topic.hot_partition_egress}`,
    },
    {
      name: 'Measured by',
      value: `${countedText(topic.lookups, 'lookup')}, ${countedText(topic.records_read, 'record')} read`,
    },
  );
  if (topic.stored_bytes_per_record !== null) {
    const ratio =
      topic.compression_ratio === null
        ? ''
        : `, compressed ${numberText(topic.compression_ratio)} : 1`;
    facts.push({
      name: 'On disk',
      value: `${bytesText(topic.stored_bytes_per_record)} a record${ratio}`,
    });
  }
  if (topic.retained_bytes !== null) {
    facts.push({ name: 'Held', value: `${bytesText(topic.retained_bytes)} without replicas` });
  }
  if (topic.recommended_by_ratio_model) {
    const { low, high } = topic.recommended_by_ratio_model;
    facts.push({
      name: 'By the ratio model',
      value: low === high ? String(low) : `${countText(low)} to ${countText(high)}`,
    });
  }
  if (topic.keys_moved_share) {
    facts.push({ name: 'Keys that change partition', value: shareText(topic.keys_moved_share, 1) });
  }
  return facts;
}

export function TopicDetail({ topic, settings }: { topic: Topic; settings: Settings }) {
  return (
    <div class="topic">
      {topic.reason && <p class="reason">{topic.reason}</p>}
      {topic.advice && (
        <p>
          <strong>Advice:</strong> {topic.advice}
        </p>
      )}
      <Messages word="failed" texts={topic.failures.map((failure) => failure.message)} />
      <Messages word="warning" texts={topic.warnings} />
      {topic.demand && <DemandChart topic={topic} series={topic.demand} />}
      <div class="beside">
        <RangeBar topic={topic} />
        <Rates topic={topic} settings={settings} />
        <Skew topic={topic} />
        {topic.cross_check && <CrossChecked topic={topic} other={topic.cross_check} />}
      </div>
      {topic.cross_check?.failure && (
        <Messages word="warning" texts={[`cross-check: ${topic.cross_check.failure}`]} />
      )}
      <Facts facts={factsOf(topic)} />
    </div>
  );
}
