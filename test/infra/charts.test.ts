// Charts are drawn in a thread of their own: several at once, and one that cannot be drawn fails alone.
import { expect, test } from 'vitest';
import { drawChart } from '../../src/infra/charts/draw.ts';
import type { Chart } from '../../src/model/chart.ts';

const share: Chart = {
  kind: 'share',
  parts: [
    { who: 'auto', label: 'Auto', value: 3 },
    { who: 'agent', label: 'Agents', value: 1 },
  ],
};

test('given several charts at once, each is a picture, and the same chart gives the same bytes', async () => {
  const [one, two] = await Promise.all([drawChart(share), drawChart(share)]);
  expect(
    Buffer.from(one ?? [])
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  expect(two).toEqual(one);
});

test('given one that cannot be drawn, it says so, and the next is drawn', async () => {
  const broken = JSON.parse('{"kind":"share"}');
  const [failed, drawn] = await Promise.allSettled([drawChart(broken), drawChart(share)]);
  expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'chart_failed' } });
  expect(drawn.status).toBe('fulfilled');
});
