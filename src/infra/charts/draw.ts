// Chart -> PNG in a worker thread that ends when there is nothing to draw: digests are rare, the libraries large.
import { Worker } from 'node:worker_threads';
import type { Chart } from '../../model/chart.ts';
import { AppError, errorText } from '../../model/errors.ts';

/** The charts of one digest follow each other closely. */
const IDLE_MS = 10_000;
/** One chart, the loading of the libraries on a busy machine included. */
const LIMIT_MS = 30_000;

interface Answer {
  id: number;
  png?: Uint8Array;
  error?: string;
}

interface Studio {
  draw(chart: Chart): Promise<Uint8Array>;
}

let studio: Studio | null = null;

/**
 * Draws a chart as a PNG without background that can be read on white and on black. The same chart, the same bytes.
 * Throws AppError `chart_failed` when it cannot be drawn, or not within 30 seconds.
 */
export function drawChart(chart: Chart): Promise<Uint8Array> {
  studio ??= openStudio(() => {
    studio = null;
  });
  return studio.draw(chart);
}

/** `closed` is called once, when the thread takes no more work. */
function openStudio(closed: () => void): Studio {
  const worker = new Worker(new URL('./draw-worker.ts', import.meta.url), { name: 'charts' });
  const waiting = new Map<number, (answer: Answer) => void>();
  let open = true;
  let last = 0;
  let idle: NodeJS.Timeout | undefined;

  function close(error: string): void {
    if (!open) return;
    open = false;
    clearTimeout(idle);
    closed();
    for (const [id, settle] of waiting) settle({ id, error });
    void worker.terminate();
  }

  worker.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
  worker.on('error', (error) => close(errorText(error)));

  return {
    draw(chart) {
      clearTimeout(idle);
      worker.ref();
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        const limit = setTimeout(() => close('it took too long'), LIMIT_MS);
        waiting.set(id, ({ png, error }) => {
          clearTimeout(limit);
          waiting.delete(id);
          if (open && waiting.size === 0) {
            // Nothing under way keeps a process alive.
            worker.unref();
            idle = setTimeout(() => close('it was closed'), IDLE_MS).unref();
          }
          if (png) resolve(png);
          else reject(new AppError('chart_failed', `The chart cannot be drawn: ${error ?? 'no answer'}`));
        });
        worker.postMessage({ id, chart });
      });
    },
  };
}
