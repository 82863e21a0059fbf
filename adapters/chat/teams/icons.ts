// The app's two icons, drawn when the package is built: a speech bubble with a tick.
import { crc32, deflateSync } from 'node:zlib';

type Rgba = readonly [number, number, number, number];

const WHITE: Rgba = [255, 255, 255, 255];
const CLEAR: Rgba = [255, 255, 255, 0];
const ACCENT: Rgba = [79, 82, 178, 255];
/** As `accentColor` of the manifest. */
export const ACCENT_COLOUR = '#4F52B2';

/** Samples per pixel and direction, for smooth edges. */
const SAMPLES = 4;

/** 192 x 192 pixels, full colour. https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons */
export function colourIcon(): Uint8Array {
  return draw(192, (x, y) => (inTick(x, y) ? ACCENT : inBubble(x, y, 0) ? WHITE : ACCENT));
}

/** 32 x 32 pixels, white on transparent. */
export function outlineIcon(): Uint8Array {
  return draw(32, (x, y) => (inTick(x, y) || (inBubble(x, y, 0) && !inBubble(x, y, 0.07)) ? WHITE : CLEAR));
}

/** Coordinates from 0 to 1; `inset` shrinks the shape. */
function inBubble(x: number, y: number, inset: number): boolean {
  const dx = Math.max(0, Math.abs(x - 0.5) - 0.2);
  const dy = Math.max(0, Math.abs(y - 0.45) - 0.11);
  if (Math.hypot(dx, dy) < 0.16 - inset) return true;
  return inset === 0 && y > 0.6 && y < 0.84 && x > 0.34 && x - 0.34 < 0.84 - y;
}

function inTick(x: number, y: number): boolean {
  return near(x, y, 0.39, 0.45, 0.47, 0.53) || near(x, y, 0.47, 0.53, 0.62, 0.37);
}

/** Whether a point is close to the line from a to b. */
function near(x: number, y: number, ax: number, ay: number, bx: number, by: number): boolean {
  const [vx, vy] = [bx - ax, by - ay];
  const along = Math.min(1, Math.max(0, ((x - ax) * vx + (y - ay) * vy) / (vx * vx + vy * vy)));
  return Math.hypot(x - ax - along * vx, y - ay - along * vy) < 0.035;
}

function draw(size: number, colourAt: (x: number, y: number) => Rgba): Uint8Array {
  const rows = Buffer.alloc(size * (1 + size * 4));
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const sum = [0, 0, 0, 0];
      for (let n = 0; n < SAMPLES * SAMPLES; n++) {
        const x = (column + ((n % SAMPLES) + 0.5) / SAMPLES) / size;
        const y = (row + (Math.floor(n / SAMPLES) + 0.5) / SAMPLES) / size;
        colourAt(x, y).forEach((value, channel) => {
          sum[channel] = (sum[channel] ?? 0) + value;
        });
      }
      const at = row * (1 + size * 4) + 1 + column * 4;
      sum.forEach((value, channel) => {
        rows[at + channel] = Math.round(value / (SAMPLES * SAMPLES));
      });
    }
  return png(size, rows);
}

/** 8 bits RGBA; each row begins with filter 0. https://www.w3.org/TR/png-3/ */
function png(size: number, rows: Buffer): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
