// Chart -> PNG: echarts draws SVG on the server, resvg makes a picture of it with the font that is shipped.
import { fileURLToPath } from 'node:url';
import type { Chart } from '../../model/chart.ts';
import { chartOption, chartSize, FONT } from './options.ts';

/** Pixels a point: sharp on dense screens, small enough for every chat. */
const ZOOM = 2;
/** What Inter has; other scripts are drawn with the fonts of the system, which take longer to find. */
const IN_FONT = /^[\s\u0020-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2000-\u20bf]*$/;
const FILES = ['400Regular/Inter_400Regular.ttf', '600SemiBold/Inter_600SemiBold.ttf'].map((file) =>
  fileURLToPath(import.meta.resolve(`@expo-google-fonts/inter/${file}`)),
);

type Draw = (chart: Chart) => Promise<Uint8Array>;
let drawing: Promise<Draw> | null = null;

/** Draws a chart as a PNG without background that can be read on white and on black. The same chart, the same bytes. */
export async function drawChart(chart: Chart): Promise<Uint8Array> {
  // The libraries are large and a digest is rare, so they are loaded when the first one is drawn.
  drawing ??= load();
  return (await drawing)(chart);
}

async function load(): Promise<Draw> {
  const [core, charts, components, { SVGRenderer }, { renderAsync }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
    import('@resvg/resvg-js'),
  ]);
  core.use([
    charts.BarChart,
    charts.LineChart,
    charts.ScatterChart,
    components.GridComponent,
    components.LegendComponent,
    SVGRenderer,
  ]);
  return async (chart) => {
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
  };
}
