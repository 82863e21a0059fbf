// A zip archive of a few small files, stored without compression, the same bytes every time.
import { crc32 } from 'node:zlib';

/** Fields of the format, little-endian: `[bytes, value]`. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
type Field = readonly [2 | 4, number];

/** 1 January 1980, the earliest date there is. */
const DATE = 0x21;
const VERSION = 20;

/** Packs files in the order given. Names are plain ASCII. */
export function zip(files: { name: string; data: Uint8Array }[]): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data } of files) {
    const title = Buffer.from(name);
    const about: Field[] = [
      [2, VERSION],
      [2, 0],
      [2, 0],
      [2, 0],
      [2, DATE],
      [4, crc32(data)],
      [4, data.length],
      [4, data.length],
      [2, title.length],
      [2, 0],
    ];
    const local = Buffer.concat([fields([[4, 0x04034b50], ...about]), title, data]);
    const rest: Field[] = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, offset],
    ];
    directory.push(fields([[4, 0x02014b50], [2, VERSION], ...about, ...rest]), title);
    parts.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = fields([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, files.length],
    [2, files.length],
    [4, index.length],
    [4, offset],
    [2, 0],
  ]);
  return Buffer.concat([...parts, index, end]);
}

function fields(list: readonly Field[]): Buffer {
  const buffer = Buffer.alloc(list.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of list) {
    buffer.writeUIntLE(value, at, bytes);
    at += bytes;
  }
  return buffer;
}
