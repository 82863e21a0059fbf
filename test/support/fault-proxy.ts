// A proxy between an adapter and its far end, which can be slow, refuse, or lose an answer after the request was served.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault =
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: string }
  /** The far end never hears of it, or it does and its answer is lost. */
  | { kind: 'drop'; when: 'before' | 'after' }
  /** The connection stays open and silent: before anything is answered, or in the middle of the answer. */
  | { kind: 'hang'; when: 'before' | 'after' };

export interface FaultProxy {
  url: string;
  /** The next requests meet these, in order; `null` lets one through. */
  faults: (Fault | null)[];
  /** Everything that was asked for, `POST /path`. */
  journal: string[];
  close(): Promise<void>;
}

/** Listens on a port of its own in front of `target`. */
export async function createFaultProxy(target: string): Promise<FaultProxy> {
  const faults: (Fault | null)[] = [];
  const journal: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    journal.push(`${incoming.method} ${incoming.url}`);
    const fault = faults.shift() ?? null;
    if (fault?.kind === 'status') {
      outgoing.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      outgoing.end(fault.body ?? '{"message":"fault"}');
      return;
    }
    if (fault?.when === 'before') {
      if (fault.kind === 'drop') incoming.socket.destroy();
      return;
    }
    const { host: _host, connection: _connection, 'content-length': _length, ...headers } = incoming.headers;
    const response = await fetch(`${target}${incoming.url}`, {
      method: incoming.method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
    });
    const body = Buffer.from(await response.arrayBuffer());
    if (fault?.kind === 'drop') {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(response.status, {
      'content-type': response.headers.get('content-type') ?? 'application/json',
    });
    if (fault) {
      outgoing.write(body.subarray(0, 1));
      return;
    }
    outgoing.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    journal,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
