// A customer system's end of the reply webhook: checks the signature as the README tells, shows each key once.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';

/** What happens to the next request: a status, or the connection lost before or after the reply was taken. */
export type WebhookFault =
  | { status: number; headers?: Record<string, string> }
  | { drop: 'before' | 'after' };

export interface ReplyWebhook {
  url: string;
  secret: string;
  /** Replies as the customer sees them: one per idempotency key. */
  journal: { key: string; body: Record<string, unknown> }[];
  /** Keys of all requests that were taken, repeated ones, too. */
  taken: string[];
  /** Requests whose signature was wrong. */
  forged: number;
  faults: WebhookFault[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function createReplyWebhook(): Promise<ReplyWebhook> {
  let running: Server | null = null;
  let port = 0;

  const webhook: ReplyWebhook = {
    url: '',
    secret: 'a-secret-of-the-tests',
    journal: [],
    taken: [],
    forged: 0,
    faults: [],
    async start() {
      running = createServer(async (request, response) => {
        const body = await bodyOf(request);
        const fault = webhook.faults.shift();
        if (fault && 'drop' in fault && fault.drop === 'before') return request.socket.destroy();
        if (fault && 'status' in fault) return response.writeHead(fault.status, fault.headers).end();
        if (!isGenuine(request, body, webhook.secret)) {
          webhook.forged += 1;
          return response.writeHead(401).end();
        }
        const key = String(request.headers['idempotency-key']);
        webhook.taken.push(key);
        if (!webhook.journal.some((reply) => reply.key === key))
          webhook.journal.push({ key, body: JSON.parse(body) });
        if (fault) return request.socket.destroy();
        response.writeHead(204).end();
      });
      await new Promise<void>((resolve) => running?.listen(port, '127.0.0.1', resolve));
      const address = running.address();
      if (typeof address === 'object' && address) port = address.port;
      webhook.url = `http://127.0.0.1:${port}/replies`;
    },
    async stop() {
      const stopping = running;
      running = null;
      stopping?.closeAllConnections();
      if (stopping) await new Promise((resolve) => stopping.close(resolve));
    },
  };
  await webhook.start();
  return webhook;
}

function isGenuine(request: IncomingMessage, body: string, secret: string): boolean {
  const given = Buffer.from(String(request.headers['deskhand-signature']));
  const signed = `${request.headers['deskhand-timestamp']}.${body}`;
  const expected = Buffer.from(`v1=${createHmac('sha256', secret).update(signed).digest('hex')}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
