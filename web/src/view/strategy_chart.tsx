// Records by partition, as one strategy places them.
import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';

import { type Bin, binned } from '../bins';
import { bytesText, countText, numberText, percentText } from '../format';
import type { Strategy } from '../report';
import { qualityWord } from '../spread_words';
import { axis, Chart, type Drawing, valuesBy } from './chart';
import { DataDetails, type TableData } from './data_table';
import { MarkCell } from './mark_cell';

/** Bars that are told apart on a narrow chart. */
const barsAtMost = 250;

function drawingOf(strategy: Strategy, bins: Bin[]): Drawing {
  const { counts, mean } = strategy;
  const shared = bins.length < counts.length;
  const bars = uPlot.paths.bars!({ size: [bins.length > 100 ? 1 : 0.85, 60] });
  return {
    data: [
      bins.map((bin) => (bin.first + bin.last) / 2),
      bins.map((bin) => bin.most),
      ...(shared ? [bins.map((bin) => bin.least)] : []),
      bins.map(() => mean),
    ],
    options: (colors) => ({
      cursor: { y: false },
      scales: {
        x: {
          time: false,
          range: () => [-0.5 - counts.length / 100, counts.length - 0.5 + counts.length / 100],
        },
        y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.05 : 1] },
      },
      axes: [
        axis(colors, 'Partition', { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000] }),
        axis(colors, 'Records', valuesBy(countText)),
      ],
      series: [
        {
          label: shared ? 'Partitions' : 'Partition',
          value: (_plot, _x, _series, i) => {
            const bin = i === null ? undefined : bins[i];
            if (!bin) return '–';
            return bin.first === bin.last ? String(bin.first) : `${bin.first} to ${bin.last}`;
          },
        },
        {
          label: shared ? 'Fullest' : 'Records',
          fill: colors.first,
          stroke: colors.first,
          width: 0,
          paths: bars,
          points: { show: false },
          value: (_plot, x) => (x === null ? '–' : countText(x)),
        },
        ...(shared
          ? [
              {
                label: 'Emptiest',
                fill: colors.firstDeep,
                stroke: colors.firstDeep,
                width: 0,
                paths: bars,
                points: { show: false },
                value: (_plot: uPlot, x: number | null) => (x === null ? '–' : countText(x)),
              },
            ]
          : []),
        {
          label: 'Mean',
          stroke: colors.second,
          width: 2,
          dash: [6, 4],
          points: { show: false },
          value: () => numberText(mean, 4),
        },
      ],
    }),
  };
}

function byPartition(strategy: Strategy): TableData {
  return {
    caption: `Records and bytes by partition, ${strategy.name}`,
    columns: ['Partition', 'Records', 'Bytes'],
    rows: strategy.counts.map((count, partition) => [
      partition,
      countText(count),
      strategy.bytes[partition] === undefined ? '–' : bytesText(strategy.bytes[partition]),
    ]),
  };
}

function byPattern(strategy: Strategy): TableData {
  return {
    caption: `Records of each key pattern by partition, ${strategy.name}`,
    columns: ['Partition', ...strategy.key_patterns.map((one) => one.pattern)],
    rows: strategy.counts.map((_, partition) => [
      partition,
      ...strategy.key_patterns.map((one) => countText(one.counts[partition] ?? 0)),
    ]),
  };
}

function labelOf(strategy: Strategy, bins: Bin[]): string {
  const least = bins.reduce((x, bin) => Math.min(x, bin.least), Infinity);
  const most = bins.reduce((x, bin) => Math.max(x, bin.most), 0);
  return (
    `Bar chart: records in each of ${countText(strategy.counts.length)} partitions by ` +
    `${strategy.name}: least ${countText(least)}, mean ${numberText(strategy.mean, 4)}, most ` +
    `${countText(most)}; CV ${percentText(strategy.cv_percent)}.`
  );
}

export function StrategyChart({ strategy }: { strategy: Strategy }) {
  const bins = useMemo(() => binned(strategy.counts, barsAtMost), [strategy]);
  const drawing = useMemo(() => drawingOf(strategy, bins), [strategy, bins]);
  const each = bins[0] ? bins[0].last - bins[0].first + 1 : 1;
  return (
    <div>
      <Chart
        title={
          <>
            {strategy.name} · CV {percentText(strategy.cv_percent)}{' '}
            <MarkCell {...qualityWord(strategy)} />
          </>
        }
        label={labelOf(strategy, bins)}
        {...(each > 1 && {
          note: `A bar for each ${each} partitions: up to the fullest of them, and inside it up to the emptiest.`,
        })}
        drawing={drawing}
        table={() => byPartition(strategy)}
      />
      {strategy.key_patterns.length > 0 && (
        <DataDetails summary="Key patterns by partition" table={() => byPattern(strategy)} />
      )}
    </div>
  );
}
