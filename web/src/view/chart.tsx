// A uPlot chart that can be read without being seen: its canvas has a role and a label, and the
// numbers are in a table below it.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

import { tickText } from '../format';
import { colors, type Colors, useTheme } from '../theme';
import { DataDetails, type TableData } from './data_table';

export interface Drawing {
  data: uPlot.AlignedData;
  options: (colors: Colors) => Omit<uPlot.Options, 'width' | 'height'>;
}

interface ChartProps {
  title: ComponentChildren;
  /** What a reader who does not see the chart is told of it. */
  label: string;
  note?: string;
  /** Of one identity while it does not change: else it is drawn anew each time. */
  drawing: Drawing;
  table: () => TableData;
}

const height = 240;

/** Lines are told apart by their dashes, too. */
const legend: uPlot.Legend = {
  markers: { dash: (plot, i) => (plot.series[i]?.dash ? 'dashed' : 'solid') },
};

export function Chart({ title, label, note, drawing, table }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useEffect(() => {
    const box = place.current!;
    const options = { ...drawing.options(colors()), legend, width: box.clientWidth, height };
    const plot = new uPlot(options, drawing.data, box);
    const canvas = box.querySelector('canvas')!;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', label);
    const watch = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [drawing, label, theme]);
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      {note && <p class="note">{note}</p>}
      <div ref={place} />
      <DataDetails table={table} />
    </figure>
  );
}

/** An axis in the theme's colours. */
export function axis(colors: Colors, label: string, more: Partial<uPlot.Axis> = {}): uPlot.Axis {
  return {
    label,
    stroke: colors.text,
    grid: { stroke: colors.line, width: 1 },
    ticks: { stroke: colors.line, width: 1 },
    font: '12px system-ui, sans-serif',
    labelFont: '12px system-ui, sans-serif',
    labelSize: 20,
    size: 30,
    ...more,
  };
}

/** A time axis of UTC. */
export function timeAxis(colors: Colors): uPlot.Axis {
  return axis(colors, 'UTC', {
    space: 70,
    values: (_plot, splits) => splits.map(tickText),
  });
}

/** Values on an axis as `text` writes them. */
export function valuesBy(text: (x: number) => string): Partial<uPlot.Axis> {
  return { size: 86, values: (_plot, splits) => splits.map((x) => (x === null ? '' : text(x))) };
}
