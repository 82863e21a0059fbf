// Where replies arrive: a webhook that knows keys, and a letter box that takes everything and can be looked into.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** One arrival of a reply. */
export interface Arrival {
  key: string;
  channel: 'api' | 'letters';
  text: string;
}

export interface FarEnd {
  url: string;
  arrivals: Arrival[];
  lookups: { key: string; found: boolean }[];
  stop(): Promise<void>;
}

/** `random` decides how long the far end thinks before and after it has taken a reply, at most 40 ms each. */
export async function startFarEnd(random: () => number): Promise<FarEnd> {
  const arrivals: Arrival[] = [];
  const lookups: FarEnd['lookups'] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const key = decodeURIComponent(request.url?.split('/')[2] ?? '');
    if (request.method === 'GET') {
      const found = arrivals.some((arrival) => arrival.key === key);
      lookups.push({ key, found });
      return response.end(JSON.stringify({ found }));
    }
    await delay(random() * 40);
    const { text } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (key) arrivals.push({ key, channel: 'letters', text });
    else arrivals.push({ key: String(request.headers['idempotency-key']), channel: 'api', text });
    await delay(random() * 40);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    lookups,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
