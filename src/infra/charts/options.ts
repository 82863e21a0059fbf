// Chart -> echarts option: pure, the same for pictures in chats and for the dashboard.
import type { BarSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts/charts';
import type { GridComponentOption, LegendComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { Chart } from '../../model/chart.ts';
import { duration } from '../../model/measure.ts';

export type ChartOption = ComposeOption<
  BarSeriesOption | LineSeriesOption | ScatterSeriesOption | GridComponentOption | LegendComponentOption
>;

/** Colours of everything that is drawn. */
export interface Ink {
  text: string;
  /** Lines behind the data. */
  grid: string;
  /** What the chart is about. */
  main: string;
  /** The same, of days that only give the background. */
  faint: string;
  auto: string;
  assisted: string;
  agent: string;
  /** Words on a coloured bar. */
  onBar: string;
  /** Names of fonts, as CSS has them. */
  font: string;
}

export const FONT = 'Inter';

/**
 * For pictures without a background, which stand on white in one chat and on near-black in the next: every colour
 * keeps a contrast of 3 to both (https://www.w3.org/TR/WCAG22/#non-text-contrast), text of 4.
 */
export const INK: Ink = {
  text: '#7a8190',
  grid: 'rgba(128, 136, 150, 0.22)',
  main: '#3b82f6',
  faint: '#8a94a6',
  auto: '#0d9e6e',
  assisted: '#3b82f6',
  agent: '#8b5cf6',
  onBar: '#ffffff',
  font: FONT,
};

const SIZE = 13;

/** Width and height in points. */
export function chartSize(chart: Chart): { width: number; height: number } {
  switch (chart.kind) {
    case 'volume':
    case 'response':
      return { width: 560, height: 230 };
    case 'share':
      return { width: 560, height: 92 };
    case 'themes':
      return { width: 560, height: 52 + 30 * chart.rows.length };
  }
}

export function chartOption(chart: Chart, ink: Ink = INK): ChartOption {
  const shared: ChartOption = {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: ink.font, fontSize: SIZE, color: ink.text },
  };
  switch (chart.kind) {
    case 'volume':
      return { ...shared, ...volume(chart, ink) };
    case 'response':
      return { ...shared, ...response(chart, ink) };
    case 'share':
      return { ...shared, ...share(chart, ink) };
    case 'themes':
      return { ...shared, ...themes(chart, ink) };
  }
}

function legend(ink: Ink, data: { name: string; icon?: string }[]): LegendComponentOption {
  return {
    left: 0,
    top: 0,
    itemWidth: 14,
    itemHeight: 9,
    itemGap: 18,
    data,
    selectedMode: false,
    textStyle: { color: ink.text, fontFamily: ink.font, fontSize: SIZE, padding: [0, 0, 0, 2] },
  };
}

const NARROW = 'path://M0,4 L12,4 L12,6 L0,6 Z';

/** Days along the bottom; every second or third is named where they are many. */
function dayAxis(labels: string[], ink: Ink) {
  const every = Math.ceil(labels.length / 7);
  return {
    type: 'category' as const,
    data: labels,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: ink.grid } },
    axisLabel: {
      color: ink.text,
      fontSize: SIZE,
      margin: 10,
      hideOverlap: false,
      // Counted from the end, so that the newest day has its name.
      interval: (index: number) => (labels.length - 1 - index) % every === 0,
    },
  };
}

function volume({ steps }: Extract<Chart, { kind: 'volume' }>, ink: Ink): ChartOption {
  const hasNormal = steps.some(({ normal }) => normal !== null);
  return {
    grid: { left: 4, right: 8, top: 38, bottom: 4, outerBoundsMode: 'same' },
    legend: legend(ink, [
      { name: 'tickets', icon: 'roundRect' },
      ...(hasNormal ? [{ name: 'normal for the weekday', icon: NARROW }] : []),
    ]),
    xAxis: dayAxis(
      steps.map(({ label }) => label),
      ink,
    ),
    yAxis: countAxis(ink),
    series: [
      {
        type: 'bar',
        name: 'tickets',
        color: ink.main,
        barWidth: '62%',
        data: steps.map(({ value, current }) => ({
          value,
          itemStyle: {
            color: current ? ink.main : ink.faint,
            opacity: current ? 1 : 0.65,
            borderRadius: [3, 3, 0, 0],
          },
        })),
      },
      {
        type: 'line',
        name: 'normal for the weekday',
        color: ink.text,
        step: 'middle',
        symbol: 'none',
        connectNulls: false,
        lineStyle: { color: ink.text, width: 1.8, type: [5, 4] },
        data: steps.map(({ normal }) => normal),
      },
    ],
  };
}

function countAxis(ink: Ink) {
  return {
    type: 'value' as const,
    minInterval: 1,
    splitNumber: 4,
    axisLabel: { color: ink.text, fontSize: SIZE },
    splitLine: { lineStyle: { color: ink.grid } },
  };
}

function response({ steps }: Extract<Chart, { kind: 'response' }>, ink: Ink): ChartOption {
  const longest = Math.max(0, ...steps.map(({ p90 }) => p90 ?? 0));
  const step = niceSeconds(longest / 4);
  return {
    grid: { left: 4, right: 8, top: 38, bottom: 4, outerBoundsMode: 'same' },
    legend: legend(ink, [
      { name: 'half within', icon: NARROW },
      { name: '9 of 10 within', icon: 'roundRect' },
    ]),
    xAxis: {
      ...dayAxis(
        steps.map(({ label }) => label),
        ink,
      ),
      boundaryGap: true,
    },
    yAxis: {
      type: 'value',
      interval: step,
      max: Math.max(1, Math.ceil(longest / step)) * step,
      axisLabel: {
        color: ink.text,
        fontSize: SIZE,
        formatter: (value: number) => (value ? duration(value) : '0'),
      },
      splitLine: { lineStyle: { color: ink.grid } },
    },
    series: [
      {
        type: 'bar',
        name: '9 of 10 within',
        color: ink.main,
        barWidth: '62%',
        itemStyle: { color: ink.main, opacity: 0.42, borderRadius: [3, 3, 0, 0] },
        data: steps.map(({ p90 }) => p90),
      },
      {
        type: 'line',
        name: 'half within',
        color: ink.main,
        symbol: 'circle',
        symbolSize: 6,
        connectNulls: true,
        lineStyle: { color: ink.main, width: 2.4 },
        itemStyle: { color: ink.main },
        data: steps.map(({ median }) => median),
      },
    ],
  };
}

/** A step of the axis that people read at a glance. */
function niceSeconds(wanted: number): number {
  const nice = [1, 5, 10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400];
  return nice.find((step) => step >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400;
}

function share({ parts }: Extract<Chart, { kind: 'share' }>, ink: Ink): ChartOption {
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  const drawn = parts.filter(({ value }) => value > 0);
  return {
    grid: { left: 0, right: 0, top: 42, bottom: 6 },
    legend: legend(
      ink,
      drawn.map(({ label }) => ({ name: label, icon: 'circle' })),
    ),
    xAxis: { type: 'value', show: false, max: Math.max(1, total) },
    yAxis: { type: 'category', show: false, data: [''] },
    series: drawn.map(({ who, label, value }, index) => {
      const part = total === 0 ? 0 : value / total;
      const left = index === 0 ? 8 : 2;
      const right = index === drawn.length - 1 ? 8 : 2;
      return {
        type: 'bar',
        name: label,
        stack: 'all',
        color: ink[who],
        barWidth: 36,
        itemStyle: { color: ink[who], borderRadius: [left, right, right, left] },
        label: {
          show: part >= 0.13,
          color: ink.onBar,
          fontFamily: ink.font,
          fontWeight: 600,
          fontSize: 14,
          formatter: `${value}  ·  ${Math.round(part * 100)} %`,
        },
        data: [value],
      };
    }),
  };
}

const NAME_WIDTH = 190;

function themes({ rows }: Extract<Chart, { kind: 'themes' }>, ink: Ink): ChartOption {
  const hasNormal = rows.some(({ normal }) => normal !== null);
  return {
    grid: { left: NAME_WIDTH, right: 40, top: 34, bottom: 2 },
    legend: legend(ink, [
      { name: 'tickets', icon: 'roundRect' },
      ...(hasNormal ? [{ name: 'normal', icon: 'path://M5,0 L7,0 L7,10 L5,10 Z' }] : []),
    ]),
    xAxis: { type: 'value', show: false, minInterval: 1 },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ label }) => label),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: {
        color: ink.text,
        fontSize: SIZE,
        align: 'left',
        margin: NAME_WIDTH - 2,
        width: NAME_WIDTH - 24,
        overflow: 'truncate',
      },
    },
    series: [
      {
        type: 'bar',
        name: 'tickets',
        color: ink.main,
        barWidth: 16,
        itemStyle: { color: ink.main, borderRadius: [0, 4, 4, 0] },
        data: rows.map(({ value }) => value),
      },
      {
        type: 'scatter',
        name: 'normal',
        color: ink.text,
        symbol: 'roundRect',
        symbolSize: [3, 24],
        itemStyle: { color: ink.text },
        data: rows.map(({ normal }, index) => [normal, index]),
      },
      {
        // The numbers, clear of bar and mark.
        type: 'scatter',
        symbolSize: 0,
        label: {
          show: true,
          position: 'right',
          distance: 8,
          color: ink.text,
          fontSize: SIZE,
          fontWeight: 600,
          formatter: ({ dataIndex }) => String(rows[dataIndex]?.value ?? ''),
        },
        data: rows.map(({ value, normal }, index) => [Math.max(value, normal ?? 0), index]),
      },
    ],
  };
}
