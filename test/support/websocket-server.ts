// A small WebSocket server for doubles of chat platforms: text frames, close codes, and lines that break.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export interface WebSocketPeer {
  send(text: string): void;
  close(code: number): void;
  /** Cuts the line without a word. */
  drop(): void;
}

/** Answers an HTTP upgrade (RFC 6455) and hands over the text frames that come. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Socket,
  on: { message(text: string): void; close(): void },
): WebSocketPeer {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let waiting = Buffer.alloc(0);
  let pieces: Buffer[] = [];
  socket.on('data', (data: Buffer) => {
    waiting = Buffer.concat([waiting, data]);
    for (let frame = readFrame(waiting); frame; frame = readFrame(waiting)) {
      waiting = waiting.subarray(frame.length);
      if (frame.opcode === 8) {
        socket.end(frameOf(8, frame.payload));
        return;
      }
      if (frame.opcode === 9) socket.write(frameOf(10, frame.payload));
      if (frame.opcode > 2) continue;
      pieces.push(frame.payload);
      if (!frame.last) continue;
      on.message(Buffer.concat(pieces).toString('utf8'));
      pieces = [];
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', on.close);
  return {
    send: (text) => void (socket.writable && socket.write(frameOf(1, Buffer.from(text)))),
    close(code) {
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(code);
      if (socket.writable) socket.end(frameOf(8, payload));
    },
    drop: () => void socket.destroy(),
  };
}

interface Frame {
  opcode: number;
  last: boolean;
  payload: Buffer;
  /** Bytes of the whole frame. */
  length: number;
}

/** The first frame of these bytes, unmasked; null while it is not complete. */
function readFrame(bytes: Buffer): Frame | null {
  if (bytes.length < 2) return null;
  const first = bytes.readUInt8(0);
  const second = bytes.readUInt8(1);
  let size = second & 0x7f;
  let at = 2;
  if (size === 126) {
    if (bytes.length < 4) return null;
    size = bytes.readUInt16BE(2);
    at = 4;
  } else if (size === 127) {
    if (bytes.length < 10) return null;
    size = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  const masked = (second & 0x80) !== 0;
  const mask = masked ? bytes.subarray(at, at + 4) : null;
  if (masked) at += 4;
  if (bytes.length < at + size) return null;
  const payload = Buffer.from(bytes.subarray(at, at + size));
  if (mask) for (let n = 0; n < payload.length; n++) payload[n] = (payload[n] ?? 0) ^ (mask[n % 4] ?? 0);
  return { opcode: first & 0x0f, last: (first & 0x80) !== 0, payload, length: at + size };
}

function frameOf(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head.writeUInt8(0x80 | opcode, 0);
  head.writeUInt8(length < 126 ? length : length < 65_536 ? 126 : 127, 1);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}
