// What a strategy's spread is called, and the numbers that say how even it is.
import { numberText, percentText } from './format';
import type { Tone } from './mark';
import type { Spread, Strategy } from './report';

interface Word {
  sign: string;
  words: string;
  tone: Tone;
}

const qualities: Record<string, Word> = {
  good: { sign: '✓', words: 'good', tone: 'good' },
  moderate: { sign: '⚠', words: 'moderate skew', tone: 'notable' },
  severe: { sign: '✗', words: 'severe skew', tone: 'bad' },
};

export function qualityWord(strategy: Strategy): Word {
  return qualities[strategy.quality] ?? { sign: '?', words: strategy.quality, tone: 'plain' };
}

interface Statistic {
  name: string;
  title: string;
  text: (spread: Spread) => string;
}

/** In the order of a table's columns. */
export const statistics: Statistic[] = [
  { name: 'Mean', title: 'a partition', text: (s) => numberText(s.mean, 4) },
  {
    name: 'SD (sample)',
    title: 'standard deviation, n − 1',
    text: (s) => numberText(s.sd_sample, 4),
  },
  {
    name: 'SD (population)',
    title: 'standard deviation, n',
    text: (s) => numberText(s.sd_population, 4),
  },
  { name: 'CV', title: 'coefficient of variation', text: (s) => percentText(s.cv_percent) },
  {
    name: 'Max / mean',
    title: 'the fullest partition over the mean',
    text: (s) => numberText(s.max_over_mean),
  },
  { name: 'Gini', title: '0: even; towards 1: all in one', text: (s) => numberText(s.gini) },
  { name: 'Entropy', title: 'normalised; 1: even', text: (s) => numberText(s.entropy_normalised) },
];
