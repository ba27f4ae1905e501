// The frame of every report, and the choice of what is in it.
import { useEffect } from 'preact/hooks';

import type { Read } from '../report';
import { choose, useTheme } from '../theme';
import { KeysPage, keysTitle } from './keys_page';
import { RecommendPage, recommendTitle } from './recommend_page';

function ThemeButton() {
  const dark = useTheme() === 'dark';
  return (
    <button class="quiet" aria-pressed={dark} onClick={() => choose(dark ? 'light' : 'dark')}>
      Dark theme
    </button>
  );
}

function titleOf(read: Read): string {
  if (read.kind === 'recommend') return recommendTitle(read.report);
  return read.kind === 'keys' ? keysTitle(read.report) : 'This report cannot be shown';
}

export function Page({ read }: { read: Read }) {
  const title = titleOf(read);
  useEffect(() => {
    document.title = `${title} · partwise`;
  }, [title]);
  return (
    <>
      <header class="page">
        <div class="brand">
          <span>partwise{read.kind !== 'unreadable' && ` ${read.report.version}`}</span>
          <ThemeButton />
        </div>
        <h1>{title}</h1>
      </header>
      <main>
        {read.kind === 'recommend' && <RecommendPage report={read.report} />}
        {read.kind === 'keys' && <KeysPage report={read.report} />}
        {read.kind === 'unreadable' && <p role="alert">{read.why}</p>}
      </main>
    </>
  );
}
