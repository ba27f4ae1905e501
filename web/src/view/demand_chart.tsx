// A topic's demand over time, with the peak window where it is known.
import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';

import { demandLines, type DemandStep, demandSteps, knownPeak, type Peak } from '../demand';
import { durationText, rateText, timeText, unknown } from '../format';
import type { DemandSeries, Topic } from '../report';
import { axis, Chart, type Drawing, timeAxis, valuesBy } from './chart';

const utc = (epoch: number) => uPlot.tzDate(new Date(epoch * 1000), 'Etc/UTC');

/** Distances of an axis of bytes: round in the unit that they are written in. */
const byteSteps = [0, 1, 2, 3, 4].flatMap((power) =>
  [1, 2, 5, 10, 20, 50, 100, 200, 500].map((step) => step * 1024 ** power),
);

function drawingOf(steps: DemandStep[], peak: Peak | null): Drawing {
  const { times, means, peak: top } = demandLines(steps, peak);
  return {
    data: [times, means, top],
    options: (colors) => ({
      tzDate: utc,
      cursor: { y: false },
      scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] } },
      axes: [
        timeAxis(colors),
        axis(colors, 'Bytes in', { ...valuesBy(rateText), incrs: byteSteps }),
      ],
      series: [
        { label: 'From', value: (_plot, x) => (x === null ? unknown : timeText(x)) },
        {
          label: 'Mean in',
          stroke: colors.first,
          fill: colors.firstSoft,
          width: 1.5,
          paths: uPlot.paths.stepped!({ align: 1 }),
          points: { show: false },
          value: (_plot, x) => (x === null ? unknown : rateText(x)),
        },
        {
          label: 'Peak window',
          stroke: colors.second,
          fill: colors.second,
          width: 0,
          paths: uPlot.paths.bars!({ size: [0, 3, 3] }),
          points: { show: true, size: 9, fill: colors.second },
          value: () => (peak ? rateText(peak.bytesPerSecond) : unknown),
        },
      ],
    }),
  };
}

export function DemandChart({ topic, series }: { topic: Topic; series: DemandSeries }) {
  const steps = useMemo(() => demandSteps(series, topic.window_end), [series, topic]);
  const peak = knownPeak(topic);
  const drawing = useMemo(() => drawingOf(steps, knownPeak(topic)), [steps, topic]);
  const step = durationText(series.step_s);
  const marked = peak
    ? ` The busiest window, of ${durationText(peak.seconds)}, starts ${timeText(peak.start)}: ${rateText(peak.bytesPerSecond)}.`
    : '';
  const coarse =
    topic.decided_by === 'proved' || topic.decided_by === 'estimate'
      ? ', and of a longer time where the search did not look closer'
      : '';
  return (
    <Chart
      title="Demand over time"
      label={`Line chart: bytes a second into ${topic.name}, means of ${step}.${marked}`}
      note={`Means of ${step}${coarse}.${marked}`}
      drawing={drawing}
      table={() => ({
        caption: `Demand of ${topic.name} over time`,
        columns: ['From', 'For', 'Mean in'],
        rows: steps.map((one) => [
          timeText(one.start),
          durationText(one.end - one.start),
          one.bytesPerSecond === null ? unknown : rateText(one.bytesPerSecond),
        ]),
      })}
    />
  );
}
