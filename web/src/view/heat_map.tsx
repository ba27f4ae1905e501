// When each key was busy: a row a key, a column a step of time.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { countText, durationText, epochOf, keyText, tickText, timeText } from '../format';
import {
  cellText,
  depth,
  type HeatCells,
  heatCells,
  heatSteps,
  isNotCounted,
  notCounted,
  timeColumns,
} from '../heat';
import type { HeatMap } from '../report';
import { type Colors, colors, useTheme } from '../theme';
import { DataDetails, type TableData } from './data_table';

const rowHeight = 20;
const namesWidth = 130;
const axisHeight = 22;
const columnsAtMost = 400;

const dotsNote =
  'Dots: not counted yet. A key is counted from when it is among the heaviest; what it had before is not known.';

function nameFitting(name: string): string {
  return name.length > 16 ? `${name.slice(0, 15)}…` : name;
}

function drawCells(pen: CanvasRenderingContext2D, cells: HeatCells, width: number, look: Colors) {
  const each = (width - namesWidth) / Math.max(1, cells.columns);
  cells.rows.forEach((row, y) => {
    row.forEach((cell, x) => {
      pen.globalAlpha = depth(cell.records, cells.most);
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

// A dotted line through each cell that was not counted yet.
function drawNotCounted(
  pen: CanvasRenderingContext2D,
  cells: HeatCells,
  width: number,
  look: Colors,
) {
  const each = (width - namesWidth) / Math.max(1, cells.columns);
  pen.strokeStyle = look.text;
  pen.globalAlpha = 0.5;
  pen.setLineDash([2, 4]);
  pen.beginPath();
  cells.rows.forEach((row, y) => {
    row.forEach((cell, x) => {
      if (!isNotCounted(cell)) return;
      pen.moveTo(namesWidth + x * each, (y + 0.5) * rowHeight);
      pen.lineTo(namesWidth + (x + 1) * each, (y + 0.5) * rowHeight);
    });
  });
  pen.stroke();
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
      nameFitting(keyText(one.key)),
      namesWidth - 8,
      y * rowHeight + rowHeight / 2,
      namesWidth - 12,
    );
  });
  pen.textAlign = 'left';
  const each = (width - namesWidth) / Math.max(1, cells.columns);
  for (const [column, at] of timeColumns(map, cells, 60 / each)) {
    const text = tickText(at);
    const x = namesWidth + column * each;
    if (x + pen.measureText(text).width > width) continue;
    pen.fillText(text, x, map.keys.length * rowHeight + axisHeight / 2);
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
  drawNotCounted(pen, cells, width, look);
  drawWords(pen, map, cells, width, look);
}

/** What the cell under the pointer holds; empty outside of all. */
function pointedText(map: HeatMap, cells: HeatCells, event: MouseEvent): string {
  const canvas = event.currentTarget as HTMLCanvasElement;
  const each = (canvas.clientWidth - namesWidth) / Math.max(1, cells.columns);
  const x = Math.floor((event.offsetX - namesWidth) / each);
  const y = Math.floor(event.offsetY / rowHeight);
  const cell = cells.rows[y]?.[x];
  if (!cell) return '';
  const at = timeText(epochOf(map.start) + x * cells.stepsEach * map.step_s);
  const text = isNotCounted(cell) ? `${notCounted} not counted yet` : `${cellText(cell)} records`;
  return `${keyText(map.keys[y]!.key)}, ${at}: ${text}`;
}

function tableOf(map: HeatMap): TableData {
  const rows = heatSteps(map);
  const all = rows.flat();
  const signs = [
    all.some(isNotCounted) ? `; ${notCounted}: not counted yet` : '',
    all.some((one) => one.partial && !isNotCounted(one)) ? '; ≥: counted in part' : '',
  ];
  return {
    caption: `Records by key, a step of ${durationText(map.step_s)}${signs.join('')}`,
    columns: ['From', ...map.keys.map((one) => keyText(one.key))],
    rows: (rows[0] ?? []).map((_, i) => [
      timeText(epochOf(map.start) + i * map.step_s),
      ...rows.map((row) => (row[i] ? cellText(row[i]) : '')),
    ]),
  };
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
  const dotted = cells.rows.some((row) => row.some(isNotCounted));
  return (
    <section>
      <h2>Keys over time</h2>
      <figure class="chart">
        <figcaption>Records of the heaviest keys, a step of {step}</figcaption>
        <p class="note">
          The deeper, the more records{shared}. Times are UTC.{dotted && ` ${dotsNote}`}
        </p>
        <div>
          <canvas
            ref={canvas}
            class="heat"
            role="img"
            aria-label={`Heat map: records of ${map.keys.length} keys in steps of ${step}; at most ${countText(cells.most)} records in a step.`}
            onMouseMove={(event) => setPointed(pointedText(map, cells, event))}
            onMouseLeave={() => setPointed('')}
          />
        </div>
        <div class="scale">
          <span>0</span>
          <span class="gradient" aria-hidden="true" />
          <span>{countText(cells.most)} records a step</span>
          <span class="pointed">{pointed}</span>
        </div>
        <DataDetails table={() => tableOf(map)} />
      </figure>
    </section>
  );
}
