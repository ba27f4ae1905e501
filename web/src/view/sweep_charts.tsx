// What other counts of partitions would give: evenness, and the price of going there.
import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';

import { countText, numberText, percentText } from '../format';
import type { StrategySweep, Sweep, SweepPoint } from '../report';
import type { Colors } from '../theme';
import { axis, Chart, type Drawing, valuesBy } from './chart';
import type { TableData } from './data_table';

/** On an axis, where steps are whole. */
const tick = (x: number) => `${numberText(x)} %`;

interface Line {
  label: string;
  color: keyof Colors;
  dash?: number[];
  of: (point: SweepPoint) => number | null;
}

function drawingOf(points: SweepPoint[], lines: Line[], yLabel: string): Drawing {
  return {
    data: [points.map((point) => point.partitions), ...lines.map((line) => points.map(line.of))],
    options: (colors) => ({
      cursor: { y: false },
      scales: {
        x: { time: false },
        y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.05 : 1] },
      },
      axes: [axis(colors, 'Partitions'), axis(colors, yLabel, valuesBy(tick))],
      series: [
        { label: 'Partitions', value: (_plot, x) => (x === null ? '–' : countText(x)) },
        ...lines.map((line): uPlot.Series => ({
          label: line.label,
          stroke: colors[line.color],
          width: 2,
          ...(line.dash && { dash: line.dash }),
          points: { show: points.length < 2 },
          value: (_plot, x) => percentText(x),
        })),
      ],
    }),
  };
}

function evennessTable(one: StrategySweep): TableData {
  return {
    caption: `${one.name}: CV by count of partitions`,
    columns: ['Partitions', 'CV', 'CV by chance', 'Max / mean'],
    rows: one.points.map((point) => [
      point.partitions,
      percentText(point.cv_percent),
      percentText(point.cv_percent_by_chance),
      numberText(point.max_over_mean),
    ]),
  };
}

function movedTable(one: StrategySweep): TableData {
  return {
    caption: `${one.name}: what moves, by count of partitions`,
    columns: ['Partitions', 'Keys moved', 'Records moved'],
    rows: one.points.map((point) => [
      point.partitions,
      percentText(point.moved_keys_percent),
      percentText(point.moved_records_percent),
    ]),
  };
}

function within(one: StrategySweep, target: number): string {
  if (one.smallest_within === null || one.largest_within === null) {
    return `No count keeps the CV within ${percentText(target, 0)}.`;
  }
  return (
    `The CV is within ${percentText(target, 0)} at ${countText(one.smallest_within)} partitions at ` +
    `the least and ${countText(one.largest_within)} at the most.`
  );
}

function SweepOf({ one, sweep }: { one: StrategySweep; sweep: Sweep }) {
  const target = sweep.target_cv_percent;
  const evenness = useMemo(
    () =>
      drawingOf(
        one.points,
        [
          { label: 'CV', color: 'first', of: (point) => point.cv_percent },
          {
            label: 'CV by chance',
            color: 'second',
            dash: [6, 4],
            of: (point) => point.cv_percent_by_chance,
          },
          { label: 'Target', color: 'third', dash: [2, 4], of: () => target },
        ],
        'CV',
      ),
    [one, target],
  );
  const moved = useMemo(
    () =>
      drawingOf(
        one.points,
        [
          { label: 'Keys moved', color: 'first', of: (point) => point.moved_keys_percent },
          {
            label: 'Records moved',
            color: 'second',
            dash: [6, 4],
            of: (point) => point.moved_records_percent,
          },
        ],
        'Moved',
      ),
    [one],
  );
  const counts = one.points.map((point) => point.partitions);
  const span =
    counts.length > 0
      ? `${countText(Math.min(...counts))} to ${countText(Math.max(...counts))} partitions`
      : 'no partitions';
  const moves = one.points.some((point) => point.moved_keys_percent !== null);
  return (
    <>
      <Chart
        title={`${one.name} · CV by count of partitions`}
        label={`Line chart: CV by ${one.name} for ${span}, beside the CV by chance. ${within(one, target)}`}
        note={within(one, target)}
        drawing={evenness}
        table={() => evennessTable(one)}
      />
      {moves && (
        <Chart
          title={`${one.name} · what moves`}
          label={`Line chart: share of keys and records that change partition by going from ${sweep.current_partitions} to another count, ${one.name}.`}
          note={`Going from ${countText(sweep.current_partitions ?? 0)} partitions to another count changes the partition of this share of keys and records.`}
          drawing={moved}
          table={() => movedTable(one)}
        />
      )}
    </>
  );
}

export function SweepCharts({ sweep }: { sweep: Sweep }) {
  return (
    <section>
      <h2>Other counts of partitions</h2>
      <div class="charts">
        {sweep.strategies.map((one) => (
          <SweepOf key={one.name} one={one} sweep={sweep} />
        ))}
      </div>
    </section>
  );
}
