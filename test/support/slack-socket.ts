// Slack's Socket Mode in this process: a small WebSocket server that sends envelopes and waits for their acknowledgement.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

type Json = Record<string, unknown>;

/** https://datatracker.ietf.org/doc/html/rfc6455#section-1.3 */
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 };
/** Slack gives up on an envelope after three seconds. */
const ACK_MS = 3_000;

/** Speaks to whoever connected last; `interact`, `event` and `command` resolve when they are acknowledged. */
export async function createSocketMode() {
  const server = createServer((_, response) => response.writeHead(404).end());
  const waiting = new Map<string, (payload: unknown) => void>();
  let socket: Duplex | null = null;
  let arrivals: (() => void)[] = [];
  let count = 0;

  server.on('upgrade', (request, connection) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${MAGIC}`)
      .digest('base64');
    connection.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket = connection;
    connection.on('error', () => undefined);
    // A process that was killed closes its half only.
    connection.on('end', () => connection.destroy());
    connection.on('close', () => {
      if (socket === connection) socket = null;
    });
    readFrames(connection, (opcode, payload) => {
      if (opcode === OPCODE.ping) connection.write(frame(OPCODE.pong, payload));
      if (opcode === OPCODE.close) connection.end(frame(OPCODE.close, payload));
      if (opcode === OPCODE.text) acknowledged(JSON.parse(payload.toString()));
    });
    connection.write(frame(OPCODE.text, Buffer.from(JSON.stringify({ type: 'hello', num_connections: 1 }))));
    for (const arrived of arrivals) arrived();
    arrivals = [];
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function acknowledged({ envelope_id, payload }: { envelope_id: string; payload?: unknown }): void {
    waiting.get(envelope_id)?.(payload);
    waiting.delete(envelope_id);
  }

  function connected(): Promise<void> {
    return socket ? Promise.resolve() : new Promise((resolve) => arrivals.push(resolve));
  }

  async function send(type: string, payload: Json, attempt: number): Promise<unknown> {
    await connected();
    const envelope_id = `e${++count}`;
    const answer = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('not acknowledged within 3 s')), ACK_MS);
      waiting.set(envelope_id, (value) => {
        clearTimeout(timer);
        resolve(value);
      });
    });
    const envelope = {
      type,
      envelope_id,
      payload,
      accepts_response_payload: type !== 'events_api',
      retry_attempt: attempt,
    };
    socket?.write(frame(OPCODE.text, Buffer.from(JSON.stringify(envelope))));
    return answer;
  }

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/link`,
    connected,
    async event(body: Json, times: number) {
      for (let n = 0; n < times; n++) await send('events_api', body, n);
    },
    interact: (payload: Json, times: number): Promise<unknown[]> =>
      Promise.all(Array.from({ length: times }, () => send('interactive', payload, 0))),
    async command(fields: Record<string, string>) {
      await send('slash_commands', fields, 0);
    },
    /** Slack recycles its end, as it does every few hours. */
    async drop() {
      socket?.destroy();
      socket = null;
    },
    async close() {
      socket?.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = length;
  else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** Whole, masked frames of a client; nothing here sends fragments. */
function readFrames(connection: Duplex, receive: (opcode: number, payload: Buffer) => void): void {
  let buffer = Buffer.alloc(0);
  connection.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      if (buffer.length < 2) return;
      const short = (buffer[1] ?? 0) & 0x7f;
      const start = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (buffer.length < start + 4) return;
      const length =
        short < 126 ? short : short === 126 ? buffer.readUInt16BE(2) : Number(buffer.readBigUInt64BE(2));
      const end = start + 4 + length;
      if (buffer.length < end) return;
      const mask = buffer.subarray(start, start + 4);
      const payload = Buffer.from(buffer.subarray(start + 4, end)).map(
        (byte, n) => byte ^ (mask[n % 4] ?? 0),
      );
      receive((buffer[0] ?? 0) & 0x0f, Buffer.from(payload));
      buffer = buffer.subarray(end);
    }
  });
}
