// When each key was busy: a row a key, a column a step of time.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { countText, durationText, epochOf, tickText, timeText, unknown } from '../format';
import { depth, type HeatCells, heatCells, timeColumns, unknownColumns } from '../heat';
import type { HeatMap, HeatRow } from '../report';
import { type Colors, colors, useTheme } from '../theme';
import { DataDetails } from './data_table';

const rowHeight = 20;
const namesWidth = 130;
const axisHeight = 22;
const columnsAtMost = 400;

function nameFitting(name: string): string {
  return name.length > 16 ? `${name.slice(0, 15)}…` : name;
}

function drawCells(pen: CanvasRenderingContext2D, cells: HeatCells, width: number, look: Colors) {
  const each = (width - namesWidth) / Math.max(1, cells.columns);
  cells.rows.forEach((row, y) => {
    row.forEach((records, x) => {
      pen.globalAlpha = depth(records, cells.most);
      pen.fillStyle = look.first;
      pen.fillRect(
        namesWidth + x * each,
        y * rowHeight,
        Math.max(1, each - (each > 4 ? 1 : 0)),
        rowHeight - 1,
      );
    });
  });
  pen.globalAlpha = 1;
}

// A dotted line: not counted yet, which is not the same as nothing.
function drawUnknown(
  pen: CanvasRenderingContext2D,
  map: HeatMap,
  cells: HeatCells,
  width: number,
  look: Colors,
) {
  const each = (width - namesWidth) / Math.max(1, cells.columns);
  pen.strokeStyle = look.text;
  pen.globalAlpha = 0.5;
  pen.setLineDash([2, 4]);
  unknownColumns(map, cells).forEach((columns, y) => {
    if (columns === 0) return;
    pen.beginPath();
    pen.moveTo(namesWidth, (y + 0.5) * rowHeight);
    pen.lineTo(namesWidth + columns * each, (y + 0.5) * rowHeight);
    pen.stroke();
  });
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

function drawWords(
  pen: CanvasRenderingContext2D,
  map: HeatMap,
  cells: HeatCells,
  width: number,
  look: Colors,
) {
  pen.font = '12px system-ui, sans-serif';
  pen.fillStyle = look.text;
  pen.textBaseline = 'middle';
  pen.textAlign = 'right';
  map.keys.forEach((one, y) => {
    pen.fillText(
      nameFitting(one.key),
      namesWidth - 8,
      y * rowHeight + rowHeight / 2,
      namesWidth - 12,
    );
  });
  pen.textAlign = 'left';
  const each = (width - namesWidth) / Math.max(1, cells.columns);
  for (const [column, at] of timeColumns(map, cells, 60 / each)) {
    const y = map.keys.length * rowHeight + axisHeight / 2;
    pen.fillText(tickText(at), namesWidth + column * each, y);
  }
}

function draw(canvas: HTMLCanvasElement, map: HeatMap, cells: HeatCells): void {
  const width = canvas.clientWidth;
  const height = map.keys.length * rowHeight + axisHeight;
  const scale = devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext('2d')!;
  pen.scale(scale, scale);
  const look = colors();
  drawCells(pen, cells, width, look);
  drawUnknown(pen, map, cells, width, look);
  drawWords(pen, map, cells, width, look);
}

/** What the cell under the pointer holds; empty outside of all. */
function cellText(map: HeatMap, cells: HeatCells, event: MouseEvent): string {
  const canvas = event.currentTarget as HTMLCanvasElement;
  const each = (canvas.clientWidth - namesWidth) / Math.max(1, cells.columns);
  const x = Math.floor((event.offsetX - namesWidth) / each);
  const one = map.keys[Math.floor(event.offsetY / rowHeight)];
  const records = one && cells.rows[map.keys.indexOf(one)]?.[x];
  if (!one || records === undefined) return '';
  const at = epochOf(map.start) + x * cells.stepsEach * map.step_s;
  const y = map.keys.indexOf(one);
  if (x < (unknownColumns(map, cells)[y] ?? 0)) {
    return `${one.key}, ${timeText(at)}: not counted yet`;
  }
  return `${one.key}, ${timeText(at)}: ${countText(records)} records`;
}

function stepText(map: HeatMap, one: HeatRow, step: number): string {
  const records = one.records[step] ?? 0;
  const end = epochOf(map.start) + (step + 1) * map.step_s;
  const before = one.entered && end <= epochOf(one.entered);
  if (!before) return countText(records);
  return records === 0 ? unknown : `≥ ${countText(records)}`;
}

export function HeatMapChart({ map }: { map: HeatMap }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pointed, setPointed] = useState('');
  const theme = useTheme();
  const cells = useMemo(() => heatCells(map, columnsAtMost), [map]);
  useEffect(() => {
    const place = canvas.current!;
    const watch = new ResizeObserver(() => draw(place, map, cells));
    watch.observe(place.parentElement!);
    return () => watch.disconnect();
  }, [map, cells, theme]);
  const step = durationText(map.step_s);
  const shared =
    cells.stepsEach > 1 ? `; each column is the busiest of ${cells.stepsEach} steps` : '';
  return (
    <section>
      <h2>Keys over time</h2>
      <figure class="chart">
        <figcaption>Records of the heaviest keys, a step of {step}</figcaption>
        <p class="note">
          The deeper, the more records{shared}. Times are UTC. Dots: a key is counted from when it
          is among the heaviest; what it had before is not known.
        </p>
        <div>
          <canvas
            ref={canvas}
            class="heat"
            role="img"
            aria-label={`Heat map: records of ${map.keys.length} keys in steps of ${step}; at most ${countText(cells.most)} records in a step.`}
            onMouseMove={(event) => setPointed(cellText(map, cells, event))}
            onMouseLeave={() => setPointed('')}
          />
        </div>
        <div class="scale">
          <span>0</span>
          <span class="gradient" aria-hidden="true" />
          <span>{countText(cells.most)} records a step</span>
          <span class="pointed">{pointed}</span>
        </div>
        <DataDetails
          table={() => ({
            caption: `Records by key, a step of ${step}`,
            columns: ['From', ...map.keys.map((one) => one.key)],
            rows: (map.keys[0]?.records ?? []).map((_, i) => [
              timeText(epochOf(map.start) + i * map.step_s),
              ...map.keys.map((one) => stepText(map, one, i)),
            ]),
          })}
        />
      </figure>
    </section>
  );
}
