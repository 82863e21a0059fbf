// Worker thread, Chart -> PNG: echarts draws SVG, resvg makes a picture of it with the font that is shipped.
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { renderAsync } from '@resvg/resvg-js';
import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import * as core from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Chart } from '../../model/chart.ts';
import { chartOption, chartSize, FONT } from './options.ts';

/** Pixels a point: sharp on dense screens, small enough for every chat. */
const ZOOM = 2;
/** What Inter has; other scripts are drawn with the fonts of the system, which take longer to find. */
const IN_FONT = /^[\s\u0020-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2000-\u20bf]*$/;
const FILES = ['400Regular/Inter_400Regular.ttf', '600SemiBold/Inter_600SemiBold.ttf'].map((file) =>
  fileURLToPath(import.meta.resolve(`@expo-google-fonts/inter/${file}`)),
);

const port = parentPort;
if (!port) throw new Error('draw-worker.ts runs only as a worker thread');
core.use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, SVGRenderer]);

async function draw(chart: Chart): Promise<Uint8Array> {
  const page = core.init(null, null, { renderer: 'svg', ssr: true, ...chartSize(chart) });
  try {
    page.setOption(chartOption(chart));
    const svg = page.renderToSVGString();
    const picture = await renderAsync(svg, {
      fitTo: { mode: 'zoom', value: ZOOM },
      font: { loadSystemFonts: !IN_FONT.test(svg), fontFiles: FILES, defaultFontFamily: FONT },
    });
    return picture.asPng();
  } finally {
    page.dispose();
  }
}

port.on('message', async ({ id, chart }: { id: number; chart: Chart }) => {
  try {
    port.postMessage({ id, png: await draw(chart) });
  } catch (error) {
    port.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
