// A chart in the page: drawn once it is seen, redrawn with the theme and the width, with words for those who do not see it.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Dashboard } from '../../../../model/dashboard.ts';
import type { Ink } from '../../../charts/options.ts';
import type { Drawing } from './draw.ts';

type Spec = NonNullable<Dashboard['charts']['volume']>;

/** Colours of the theme that holds now, as `element` would show them. */
function look(element: HTMLElement): { ink: Ink; surface: string } {
  // A variable's own value names the colours of both themes.
  const colour = (name: string) => {
    element.style.color = `var(--${name})`;
    return getComputedStyle(element).color;
  };
  const ink: Ink = {
    text: colour('muted'),
    grid: colour('line'),
    main: colour('chart-main'),
    faint: colour('chart-faint'),
    auto: colour('chart-auto'),
    assisted: colour('chart-main'),
    agent: colour('chart-agent'),
    onBar: '#ffffff',
    font: getComputedStyle(document.body).fontFamily,
  };
  return { ink, surface: colour('raised') };
}

/** Grows with every change of the theme. */
function useThemeChanges(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const changed = () => setChanges((n) => n + 1);
    const system = matchMedia('(prefers-color-scheme: dark)');
    const chosen = new MutationObserver(changed);
    chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    system.addEventListener('change', changed);
    return () => {
      chosen.disconnect();
      system.removeEventListener('change', changed);
    };
  }, []);
  return changes;
}

export function ChartView({ spec, onStep }: { spec: Spec; onStep: (index: number) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const press = useRef(onStep);
  press.current = onStep;
  const theme = useThemeChanges();
  const content = JSON.stringify(spec.chart);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let drawing: Drawing | null = null;
    let gone = false;
    const watcher = new ResizeObserver(() => drawing?.resize());
    void import('./draw.ts').then(({ draw }) => {
      if (gone) return;
      drawing = draw(element, spec.chart, look(element), (index) => press.current(index));
      watcher.observe(element);
    });
    return () => {
      gone = true;
      watcher.disconnect();
      drawing?.dispose();
    };
  }, [content, theme]);

  return (
    <div
      class={`chart is-${spec.chart.kind}`}
      ref={box}
      role="img"
      aria-label={`${spec.title}. ${spec.alt}`}
    />
  );
}
