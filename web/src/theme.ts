// Light or dark: as the system has it, until the reader chooses.
import { useEffect, useState } from 'preact/hooks';

export type Theme = 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
let chosen: Theme | null = null;

export function theme(): Theme {
  return chosen ?? (system.matches ? 'dark' : 'light');
}

function show(): void {
  document.documentElement.dataset['theme'] = theme();
  for (const listener of listeners) listener();
}

/** To be called once, before anything is drawn. */
export function followSystem(): void {
  system.addEventListener('change', show);
  show();
}

export function choose(wanted: Theme): void {
  chosen = wanted;
  show();
}

/** The present theme; whoever uses it is drawn again when it changes. */
export function useTheme(): Theme {
  const [now, setNow] = useState(theme());
  useEffect(() => {
    const changed = () => setNow(theme());
    listeners.add(changed);
    return () => listeners.delete(changed);
  }, []);
  return now;
}

/** What a canvas draws with: the style sheet's colours. */
export interface Colors {
  text: string;
  line: string;
  first: string;
  firstSoft: string;
  firstDeep: string;
  second: string;
  third: string;
}

export function colors(): Colors {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: color('--muted'),
    line: color('--line'),
    first: color('--first'),
    firstSoft: color('--first-soft'),
    firstDeep: color('--first-deep'),
    second: color('--second'),
    third: color('--third'),
  };
}
