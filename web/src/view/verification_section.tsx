// Whether records that were produced lie where they belong.
import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';

import { type Bin, binned } from '../bins';
import { countText, rateOfRecords } from '../format';
import type { Arrivals, Verification } from '../report';
import { faultTexts, verificationWord } from '../verification_words';
import { axis, Chart, type Drawing, valuesBy } from './chart';
import type { TableData } from './data_table';
import { MarkCell } from './mark_cell';
import { type Fact, Facts, Messages, Tiles } from './parts';

/** Bars that are told apart on a narrow chart. */
const barsAtMost = 250;

function drawingOf(actual: Bin[], theoretical: Bin[]): Drawing {
  const bars = uPlot.paths.bars!({ size: [actual.length > 100 ? 1 : 0.85, 60] });
  const last = actual.at(-1)?.last ?? 0;
  return {
    data: [
      actual.map((bin) => (bin.first + bin.last) / 2),
      actual.map((bin) => bin.most),
      theoretical.map((bin) => bin.most),
    ],
    options: (colors) => ({
      cursor: { y: false },
      scales: {
        x: { time: false, range: () => [-0.5 - last / 100, last + 0.5 + last / 100] },
        y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.05 : 1] },
      },
      axes: [
        axis(colors, 'Partition', { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000] }),
        axis(colors, 'Records', valuesBy(countText)),
      ],
      series: [
        {
          label: 'Partition',
          value: (_plot, _x, _series, i) => {
            const bin = i === null ? undefined : actual[i];
            if (!bin) return '–';
            return bin.first === bin.last ? String(bin.first) : `${bin.first} to ${bin.last}`;
          },
        },
        {
          label: 'Actual',
          fill: colors.first,
          stroke: colors.first,
          width: 0,
          paths: bars,
          points: { show: false },
          value: (_plot, x) => (x === null ? '–' : countText(x)),
        },
        {
          label: 'Theoretical',
          stroke: colors.second,
          width: 0,
          paths: () => null,
          points: { show: true, size: 9, width: 2, fill: colors.second },
          value: (_plot, x) => (x === null ? '–' : countText(x)),
        },
      ],
    }),
  };
}

function byPartition({ actual, theoretical }: Arrivals): TableData {
  return {
    caption: 'Theoretical and actual records by partition',
    columns: ['Partition', 'Theoretical', 'Actual', 'Difference'],
    rows: actual.map((count, partition) => {
      const belong = theoretical[partition] ?? 0;
      return [partition, countText(belong), countText(count), countText(count - belong)];
    }),
  };
}

function Places({ arrivals }: { arrivals: Arrivals }) {
  const { actual, theoretical } = arrivals;
  const drawing = useMemo(
    () => drawingOf(binned(actual, barsAtMost), binned(theoretical, barsAtMost)),
    [actual, theoretical],
  );
  const differing = actual.filter((count, i) => count !== theoretical[i]).length;
  const words =
    differing === 0
      ? 'On each partition lie as many as belong there.'
      : `${countText(differing)} of ${countText(actual.length)} partitions ${differing === 1 ? 'holds' : 'hold'} another number than belongs there.`;
  const unkeyed =
    arrivals.without_key > 0
      ? ` ${countText(arrivals.without_key)} have no key and belong on any partition.`
      : '';
  return (
    <Chart
      title="Records by partition: theoretical and actual"
      label={`Bar chart: records that arrived on each of ${countText(actual.length)} partitions, beside those whose keys belong there. ${words}`}
      note={words + unkeyed}
      drawing={drawing}
      table={() => byPartition(arrivals)}
    />
  );
}

function fateOf({ existing, kept, removal_error }: Verification): string {
  if (existing) return 'was there before, and has the records now';
  if (kept) return 'made, and kept';
  return removal_error ? 'made, and still there' : 'made, and deleted';
}

function numbersOf(verification: Verification): Fact[] {
  const { arrivals, planned, sent, failed, produce_s, read_s } = verification;
  const facts: Fact[] = [
    {
      name: sent === planned ? 'Sent' : `Sent of ${countText(planned)}`,
      value: countText(sent),
    },
    { name: 'Not acknowledged', value: countText(failed) },
  ];
  if (arrivals) {
    facts.splice(1, 0, { name: 'Acknowledged', value: countText(arrivals.acknowledged) });
    facts.push({ name: 'Read back', value: countText(arrivals.arrived) });
    facts.push({ name: 'Read', value: rateOfRecords(arrivals.arrived, read_s) });
  }
  facts.push({ name: 'Produced', value: rateOfRecords(sent, produce_s) });
  return facts;
}

function troublesOf({ arrivals, error, removal_error, api_keys_left }: Verification): string[] {
  const errors = [error, removal_error].flatMap((one) => (one ? [one.message] : []));
  const faults = arrivals ? [...faultTexts(arrivals), ...arrivals.examples] : [];
  return [...faults, ...errors, ...api_keys_left];
}

export function VerificationSection({ verification }: { verification: Verification }) {
  const { arrivals } = verification;
  const word = verificationWord(verification);
  return (
    <section>
      <h2>On the cluster</h2>
      <p class="proof">
        <MarkCell {...word} />: {word.text}
      </p>
      <Messages word="error" texts={troublesOf(verification)} />
      <Tiles facts={numbersOf(verification)} />
      <Facts
        facts={[
          { name: 'Topic', value: `${verification.topic} (${fateOf(verification)})` },
          { name: 'Cluster', value: verification.cluster },
          { name: 'Partitioner of the client', value: verification.partitioner },
          { name: 'Replication factor', value: countText(verification.replication_factor) },
          { name: 'Compression', value: verification.compression },
        ]}
      />
      {arrivals && <Places arrivals={arrivals} />}
    </section>
  );
}
