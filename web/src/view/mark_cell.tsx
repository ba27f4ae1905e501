// A mark as the tables show it: sign, words, colour.
import type { Tone } from '../mark';

export function MarkCell({ sign, words, tone }: { sign: string; words: string; tone: Tone }) {
  return (
    <span class={`mark ${tone}`}>
      {sign && <span aria-hidden="true">{sign} </span>}
      {words}
    </span>
  );
}
