// A topic's demand over time, with the peak window where it is known.
import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';

import { demandSteps, steppedLine } from '../demand';
import { durationText, epochOf, rateText, timeText, unknown } from '../format';
import type { DemandSeries, Topic } from '../report';
import { axis, Chart, type Drawing, timeAxis, valuesBy } from './chart';

const utc = (epoch: number) => uPlot.tzDate(new Date(epoch * 1000), 'Etc/UTC');

/** Distances of an axis of bytes: round in the unit that they are written in. */
const byteSteps = [0, 1, 2, 3, 4].flatMap((power) =>
  [1, 2, 5, 10, 20, 50, 100, 200, 500].map((step) => step * 1024 ** power),
);

/** Marks [start, end) over the whole height, at least three pixels wide. */
function highlighted(start: number, end: number, color: string): uPlot.Plugin {
  return {
    hooks: {
      draw: (plot) => {
        const from = plot.valToPos(start, 'x', true);
        const to = plot.valToPos(end, 'x', true);
        plot.ctx.fillStyle = color;
        plot.ctx.fillRect(from - 1, plot.bbox.top, Math.max(3, to - from), plot.bbox.height);
      },
    },
  };
}

function drawingOf(series: DemandSeries, topic: Topic): Drawing {
  const peak = topic.peak_window;
  const known = peak && peak.exact;
  return {
    data: steppedLine(demandSteps(series)),
    options: (colors) => ({
      tzDate: utc,
      cursor: { y: false },
      scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.05 : 1] } },
      axes: [
        timeAxis(colors),
        axis(colors, 'bytes in', { ...valuesBy(rateText), incrs: byteSteps }),
      ],
      plugins: known
        ? [highlighted(epochOf(peak.start), epochOf(peak.start) + peak.seconds, colors.second)]
        : [],
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
      ],
    }),
  };
}

export function DemandChart({ topic, series }: { topic: Topic; series: DemandSeries }) {
  const drawing = useMemo(() => drawingOf(series, topic), [series, topic]);
  const peak = topic.peak_window;
  const marked = peak?.exact
    ? ` The busiest window, marked, starts ${timeText(epochOf(peak.start))}.`
    : '';
  return (
    <Chart
      title="Demand over time"
      label={`Line chart: bytes a second into ${topic.name}.${marked}`}
      note={`Each step is a mean: short where the search looked closely, long where it did not need to.${marked}`}
      drawing={drawing}
      table={() => ({
        caption: `Demand of ${topic.name} over time`,
        columns: ['From', 'For', 'Mean in'],
        rows: demandSteps(series).map((step) => [
          timeText(step.start),
          durationText(step.end - step.start),
          step.bytesPerSecond === null ? unknown : rateText(step.bytesPerSecond),
        ]),
      })}
    />
  );
}
