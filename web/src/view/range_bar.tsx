// The counts that are possible, with the present and the recommended one among them.
import { countText } from '../format';
import type { Topic } from '../report';

const width = 400;
const margin = 24;

/** Where counts lie on the scale: evenly, or by ratio where they differ much. */
function scaleOf(counts: number[]): (count: number) => number {
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  if (least === most) return () => width / 2;
  const place = most / least > 12 ? Math.log : (x: number) => x;
  const span = place(most) - place(least);
  return (count) => margin + ((place(count) - place(least)) / span) * (width - 2 * margin);
}

/** A word below or above its count, kept inside the picture. */
function Word({ at, y, text }: { at: number; y: number; text: string }) {
  const anchor = at < 80 ? 'start' : at > width - 80 ? 'end' : 'middle';
  const x = anchor === 'start' ? at - 8 : anchor === 'end' ? at + 8 : at;
  return (
    <text x={x} y={y} text-anchor={anchor}>
      {text}
    </text>
  );
}

export function RangeBar({ topic }: { topic: Topic }) {
  const wanted = topic.recommended_partitions;
  if (!wanted) return null;
  const at = scaleOf([topic.partitions, wanted.low, wanted.value, wanted.high]);
  const sure = wanted.low === wanted.high;
  const text = sure
    ? `${countText(topic.partitions)} now, ${countText(wanted.value)} recommended.`
    : `${countText(topic.partitions)} now, ${countText(wanted.value)} recommended; what was not measured leaves ${countText(wanted.low)} to ${countText(wanted.high)}.`;
  return (
    <figure class="range-bar">
      <figcaption>Partitions</figcaption>
      <svg viewBox={`0 0 ${width} 62`} role="img" aria-label={text}>
        <line class="base" x1={margin} x2={width - margin} y1="31" y2="31" />
        <line class="range" x1={at(wanted.low)} x2={at(wanted.high)} y1="31" y2="31" />
        <circle class="wanted" cx={at(wanted.value)} cy="31" r="7" />
        <Word at={at(wanted.value)} y={14} text={`recommended ${countText(wanted.value)}`} />
        <rect class="now" x={at(topic.partitions) - 2} y="21" width="4" height="20" />
        <Word at={at(topic.partitions)} y={58} text={`now ${countText(topic.partitions)}`} />
      </svg>
      <p class="note">{text}</p>
    </figure>
  );
}
