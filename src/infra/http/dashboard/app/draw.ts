// Draws a chart into the page with the options of the digest's pictures. Loaded when the first chart is wanted.
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { type ECharts, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { Chart } from '../../../../model/chart.ts';
import { duration, rounded } from '../../../../model/measure.ts';
import { chartOption, chartSize, type Ink } from '../../../charts/options.ts';

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

/** Height of the one bar of shares, and room for the name of a day, in points. */
const BAR = 44;
const LABEL = 84;

export interface Drawing {
  resize(): void;
  dispose(): void;
}

/** `onStep`: somebody pressed the n-th day or part. */
export function draw(
  element: HTMLElement,
  chart: Chart,
  { ink, surface }: { ink: Ink; surface: string },
  onStep: (index: number) => void,
): Drawing {
  element.style.height = `${chart.kind === 'share' ? BAR : chartSize(chart).height}px`;
  const page = init(element, null, { renderer: 'canvas' });
  page.setOption({
    ...chartOption(chart, ink),
    tooltip: {
      trigger: chart.kind === 'share' ? 'none' : 'axis',
      // Drawn, not written as HTML: the page's policy allows no inline styles.
      renderMode: 'richText',
      confine: true,
      backgroundColor: surface,
      borderColor: ink.grid,
      padding: [8, 11],
      textStyle: { color: ink.text, fontFamily: ink.font, fontSize: 13, lineHeight: 19 },
      axisPointer: { type: 'shadow', shadowStyle: { color: ink.grid, opacity: 0.5 } },
      formatter: (shown: unknown) => tip(chart, stepOf(shown)),
    },
  });
  adapt(page, chart);
  page.getZr().on('click', ({ offsetX, offsetY }) => {
    if (chart.kind === 'share' || !page.containPixel({ gridIndex: 0 }, [offsetX, offsetY])) return;
    const [step = -1] = page.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]);
    onStep(Math.round(step));
  });
  if (chart.kind === 'share') page.on('click', ({ seriesIndex = -1 }) => onStep(seriesIndex));
  return {
    resize() {
      page.resize();
      adapt(page, chart);
    },
    dispose: () => page.dispose(),
  };
}

/** What differs from a picture in a chat: the width of the page, and the table that stands below. */
function adapt(page: ECharts, chart: Chart): void {
  const width = page.getWidth();
  if (chart.kind === 'share') {
    const parts = chart.parts.filter(({ value }) => value > 0);
    const total = parts.reduce((sum, { value }) => sum + value, 0);
    page.setOption({
      legend: { show: false },
      grid: { top: 2, bottom: 2 },
      series: parts.map(({ value }) => ({
        label: { show: (width * value) / total > 44, formatter: `${Math.round((100 * value) / total)} %` },
      })),
    });
  } else if (chart.kind !== 'themes') {
    const last = chart.steps.length - 1;
    const every = Math.ceil(chart.steps.length / Math.max(1, Math.min(10, Math.floor(width / LABEL))));
    page.setOption({ xAxis: { axisLabel: { interval: (index: number) => (last - index) % every === 0 } } });
  }
}

function stepOf(shown: unknown): number {
  const first: unknown = Array.isArray(shown) ? shown[0] : shown;
  return first && typeof first === 'object' && 'dataIndex' in first ? Number(first.dataIndex) : -1;
}

/** What the pointer stands on, in words. */
function tip(chart: Chart, index: number): string {
  if (chart.kind === 'volume') {
    const step = chart.steps[index];
    if (!step) return '';
    const normal = step.normal === null ? '' : `\nnormal ${rounded(step.normal)}`;
    return `${step.label}\n${step.value} ${step.value === 1 ? 'ticket' : 'tickets'}${normal}`;
  }
  if (chart.kind === 'response') {
    const step = chart.steps[index];
    if (!step) return '';
    return step.median === null || step.p90 === null
      ? `${step.label}\nno answers`
      : `${step.label}\nhalf within ${duration(step.median)}\n9 of 10 within ${duration(step.p90)}`;
  }
  return '';
}
