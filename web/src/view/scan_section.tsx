// What is in a topic: how much was read, the heaviest keys, who placed the keys, and where order is lost.
import {
  bytesText,
  countText,
  countedText,
  keyText,
  numberText,
  percentText,
  shareText,
  unknown,
} from '../format';
import type { BetterKey, Forensics, HeavyKeys, Keys, Scan, Sizes, SplitKeys } from '../report';
import {
  distinctText,
  fieldName,
  limitsText,
  momentText,
  othersText,
  placedLeast,
  rankedText,
  readWord,
  splitWord,
  shareOr,
  troubleTexts,
  type Word,
} from '../scan_words';
import { BarTable } from './bar_table';
import { DataDetails, DataTable, type TableData } from './data_table';
import { MarkCell } from './mark_cell';
import { type Fact, Facts, Messages, Tiles } from './parts';

const heavyShown = 20;

function Told({ word }: { word: Word }) {
  return (
    <p class="proof">
      <MarkCell {...word} />: {word.text}
    </p>
  );
}

function numbersOf(scan: Scan, keys: Keys): Fact[] {
  return [
    { name: 'Records read', value: countText(scan.records) },
    { name: 'Bytes', value: bytesText(scan.bytes) },
    { name: 'Distinct keys', value: distinctText(scan.distinct_keys) },
    { name: 'Effective keys', value: numberText(keys.effective_keys) },
    { name: 'Without a key', value: countText(scan.null_key_records) },
    { name: 'With an empty key', value: countText(keys.empty_key_records) },
    { name: 'Tombstones', value: countText(scan.tombstones) },
    { name: 'Read in', value: `${numberText(scan.read_s)} s` },
  ];
}

function factsOf(scan: Scan): Fact[] {
  const facts: Fact[] = [
    { name: 'Topic', value: scan.topic },
    { name: 'Cluster', value: scan.cluster },
    { name: 'Records from', value: momentText(scan.first) },
    { name: 'Records to', value: momentText(scan.last) },
    { name: 'Memory of the summary', value: bytesText(scan.memory_bytes) },
  ];
  if (!scan.distinct_keys.exact) {
    facts.push({
      name: 'Standard error of distinct keys',
      value: shareText(scan.distinct_keys.standard_error, 2),
    });
  }
  return facts;
}

function sizesTable(keys: Sizes, values: Sizes): TableData {
  const row = (name: string, of: Sizes) => [
    name,
    countText(of.count),
    ...[of.min, of.p50, of.p90, of.p99, of.max, of.mean].map((size) =>
      of.count > 0 ? countText(size) : unknown,
    ),
  ];
  return {
    caption: 'Sizes of keys and values, in bytes',
    columns: ['Of', 'Records', 'Smallest', 'p50', 'p90', 'p99', 'Largest', 'Mean'],
    rows: [row('keys', keys), row('values', values)],
  };
}

function partitionsTable(scan: Scan): TableData {
  return {
    caption: 'What was read of each partition',
    columns: [
      'Partition',
      'From offset',
      'To offset',
      'Records',
      'Bytes',
      'Without a key',
      'Tombstones',
      'First record',
      'Last record',
      'Error',
    ],
    words: [9],
    rows: scan.partitions.map((one) => [
      one.partition,
      one.from_offset,
      one.to_offset,
      countText(one.records),
      bytesText(one.bytes),
      countText(one.null_key_records),
      countText(one.tombstones),
      momentText(one.first),
      momentText(one.last),
      one.error ? one.error.message : '',
    ]),
  };
}

function Group({ scan }: { scan: Scan }) {
  if (!scan.group) return null;
  const { name, members } = scan.group;
  return (
    <DataDetails
      summary={`Shared by ${countText(members.length)} processes in the group ${name}`}
      table={() => ({
        caption: 'Processes that shared the scan',
        columns: ['Client', 'Host', 'Partitions', 'Records', 'Read in'],
        words: [1, 2],
        rows: members.map((one) => [
          one.client,
          one.host,
          one.partitions.join(', '),
          countText(one.records),
          `${numberText(one.read_s)} s`,
        ]),
      })}
    />
  );
}

function Heavy(props: {
  heavy: HeavyKeys;
  distinct: Scan['distinct_keys'];
  of: string;
  hashed: boolean;
  text: (x: number) => string;
  /** With its unit, where `text` has none. */
  sentence: (x: number) => string;
}) {
  const { heavy, distinct, of, hashed, text, sentence } = props;
  if (heavy.keys.length === 0) return null;
  const shown = heavy.keys.slice(0, heavyShown);
  const share = (x: number) => x / Math.max(1, heavy.total);
  return (
    <div>
      <BarTable
        caption={`By ${of}, at least; the line across a bar: at most. ${othersText(heavy, distinct, sentence)}`}
        columns={[hashed ? 'Key (hash)' : 'Key', 'At least']}
        lineColumn="Share"
        rows={shown.map((one) => ({
          name: keyText(one.key),
          value: share(one.at_least),
          text: text(one.at_least),
          line: one.at_most > one.at_least ? share(one.at_most) : null,
          lineText: shareText(one.share, 1),
        }))}
      />
      <DataDetails
        summary={`All ${countText(heavy.keys.length)}, with bounds`}
        table={() => ({
          caption: `Heaviest keys by ${of}`,
          columns: [hashed ? 'Key (hash)' : 'Key', 'At least', 'At most', 'Share at least'],
          rows: heavy.keys.map((one) => [
            keyText(one.key),
            text(one.at_least),
            text(one.at_most),
            shareText(one.share, 2),
          ]),
        })}
      />
    </div>
  );
}

function placersTable({ placers, unknown_keys, unknown_records }: Forensics): TableData {
  const limits = (share: number) => shareText(share, 1);
  return {
    caption: 'Shares of keys and records by who placed them',
    columns: [
      'Placed by',
      'Used by',
      'At partitions',
      'Keys, 95 % limits',
      'Records',
      'Agreeing by itself',
      'Agreeing by chance',
      'Not told from',
    ],
    words: [1, 7],
    rows: [
      ...placers.map((one) => [
        one.placer,
        one.used_by,
        one.partitions,
        limitsText(one.keys, limits),
        limits(one.records),
        limits(one.agreeing),
        limits(one.by_chance),
        one.not_told_from.join(', '),
      ]),
      [
        'unknown, or explicit partitions',
        '',
        '',
        limitsText(unknown_keys, limits),
        limits(unknown_records),
        '',
        '',
        '',
      ],
    ],
  };
}

function Placers({ forensics }: { forensics: Forensics }) {
  const placed = forensics.placers.filter((one) => one.keys.value >= placedLeast);
  return (
    <section>
      <h2>Who placed the keys</h2>
      {forensics.says_nothing ? (
        <p>It cannot be told: there is one partition, or there are no keys.</p>
      ) : (
        <>
          <BarTable
            caption={`Share of the keys that each known partitioner explains, by ${countText(forensics.placements)} places of keys`}
            columns={['Placed by', 'Keys']}
            lineColumn="95 % limits"
            rows={[
              ...placed.map((one) => ({
                name: `${one.placer} over ${countText(one.partitions)}: ${one.used_by}`,
                value: one.keys.value,
                text: shareText(one.keys.value, 1),
                lineText: `${shareText(one.keys.low, 1)} to ${shareText(one.keys.high, 1)}`,
                strong: true,
              })),
              {
                name: 'unknown, or explicit partitions',
                value: forensics.unknown_keys.value,
                text: shareText(forensics.unknown_keys.value, 1),
                lineText: `${shareText(forensics.unknown_keys.low, 1)} to ${shareText(forensics.unknown_keys.high, 1)}`,
              },
            ]}
          />
          <DataDetails summary="All partitioners" table={() => placersTable(forensics)} />
        </>
      )}
    </section>
  );
}

function Split({ split }: { split: SplitKeys }) {
  return (
    <section>
      <h2>Order of keys</h2>
      <Told word={splitWord(split)} />
      {split.examples.length > 0 && (
        <DataTable
          table={{
            caption: 'Keys in more than one partition, those with the most records',
            columns: ['Key', 'Order lost since', 'Records by partition, with the last one'],
            words: [2],
            rows: split.examples.map((one) => [
              keyText(one.key),
              momentText(one.since),
              one.partitions
                .map((at) => `P${at.partition}: ${countText(at.records)}, ${momentText(at.last)}`)
                .join('; '),
            ]),
          }}
        />
      )}
    </section>
  );
}

function Better({ better }: { better: BetterKey }) {
  return (
    <section>
      <h2>A better key</h2>
      <p>{better.advice}</p>
      <p class="note">{rankedText(better)}</p>
      <BarTable
        caption="Score of each field as a key: 1 is perfect. The present key has a bar of another colour"
        columns={['Field', 'Score']}
        lineColumn="Stability"
        rows={better.fields.map((one) => ({
          name: fieldName(one),
          value: one.score,
          text: numberText(one.score),
          lineText: shareOr('not known', one.stability),
          strong: one.fields.length === 0,
        }))}
      />
      <DataDetails
        table={() => ({
          caption: 'Fields as keys',
          columns: [
            'Field',
            'Score',
            'Coverage',
            'CV',
            'CV by chance',
            'Max / mean',
            'Stability',
            'Within key',
            'Other records with its value, mean',
            'Values in the sample',
            'Values at least',
          ],
          rows: better.fields.map((one) => [
            fieldName(one),
            numberText(one.score),
            shareText(one.coverage, 1),
            percentText(one.cv_percent),
            percentText(one.cv_percent_by_chance),
            numberText(one.max_over_mean),
            shareOr('not known', one.stability),
            shareOr(unknown, one.within_key),
            numberText(one.others_alike),
            countText(one.distinct),
            countText(one.distinct_at_least),
          ]),
        })}
      />
    </section>
  );
}

export function ScanSections({ scan, keys }: { scan: Scan; keys: Keys }) {
  const hashed = keys.keys_are_hashed;
  const keyed = scan.records > scan.null_key_records;
  return (
    <>
      <section>
        <h2>In the topic</h2>
        <Told word={readWord(scan)} />
        <Messages word="error" texts={troubleTexts(scan)} />
        <Tiles facts={numbersOf(scan, keys)} />
        <Facts facts={factsOf(scan)} />
        <Group scan={scan} />
        <DataTable table={sizesTable(scan.key_bytes, scan.value_bytes)} />
        <DataDetails summary="Partitions" table={() => partitionsTable(scan)} />
      </section>
      {keyed && (
        <>
          <section>
            <h2>Heaviest keys</h2>
            <div class="charts">
              <Heavy
                heavy={scan.heaviest_by_records}
                distinct={scan.distinct_keys}
                of="records"
                hashed={hashed}
                text={countText}
                sentence={(x) => countedText(x, 'record')}
              />
              <Heavy
                heavy={scan.heaviest_by_bytes}
                distinct={scan.distinct_keys}
                of="bytes"
                hashed={hashed}
                text={bytesText}
                sentence={bytesText}
              />
            </div>
          </section>
          <Placers forensics={scan.forensics} />
          <Split split={scan.split_keys} />
        </>
      )}
      {scan.better_key && <Better better={scan.better_key} />}
    </>
  );
}
