// The disk of the embedded database fills up: what was acknowledged survives, and it works again when there is space.
import { spawnSync } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ask, type BotProcess, spawnBot } from '../support/bot-process.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';

const COMES_BACK = { timeout: 180_000, interval: 500 };
const MB = 1_048_576;

/** A disk of 140 MB of which a fresh cluster takes about half; null where none can be mounted. */
async function smallDisk(): Promise<{ folder: string; disk: string } | null> {
  if (process.getuid?.() !== 0) return null;
  const folder = await createDataFolder();
  const disk = join(folder, 'disk');
  await mkdir(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=140m,mode=755', 'tmpfs', disk]);
  if (mounted.status === 0) return { folder, disk };
  await removeDataFolder(folder);
  return null;
}

const small = await smallDisk();
let bot: BotProcess | undefined;
let url = '';
const receipts = z.object({ messageId: z.string(), duplicate: z.boolean() });
const message = (n: number) => ({
  channel: 'api',
  externalId: `m-${n}`,
  customer: { email: `customer-${n}@example.org` },
  text: `Question ${n}. ${Array.from({ length: 3_000 }, () => Math.random().toString(36).slice(2)).join(' ')}`,
});

describe.skipIf(!small)(`a full disk${small ? '' : ' (skipped: needs root and a tmpfs)'}`, () => {
  const disk = small?.disk ?? '';
  beforeAll(async () => {
    bot = spawnBot({ DATA_DIR: join(disk, 'data') });
    url = await bot.url;
  }, 400_000);
  afterAll(async () => {
    await bot?.stop();
    spawnSync('umount', ['-l', disk]);
    if (small) await removeDataFolder(small.folder);
  });

  it('refuses messages for the moment, keeps those it has taken, and goes on when there is space', async () => {
    const taken = new Map<number, string>();
    for (const n of [1, 2, 3])
      taken.set(n, receipts.parse(await (await ask(url, '/api/messages', message(n))).json()).messageId);

    const { bavail, bsize } = await statfs(disk);
    await writeFile(join(disk, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - MB)));
    let refused: Response | undefined;
    for (let n = 4; n < 400 && !refused; n++) {
      const answer = await ask(url, '/api/messages', message(n));
      if (answer.status === 202) taken.set(n, receipts.parse(await answer.json()).messageId);
      else refused = answer;
    }
    expect(refused?.status).toBe(503);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    await vi.waitFor(
      () => expect(bot?.log.join('\n')).toMatch(/No space left on device|disk is full/i),
      COMES_BACK,
    );

    await rm(join(disk, 'filler'));
    await vi.waitFor(async () => {
      expect((await ask(url, '/api/messages', message(1_000))).status).toBe(202);
    }, COMES_BACK);
    for (const [n, messageId] of taken)
      expect(receipts.parse(await (await ask(url, '/api/messages', message(n))).json())).toEqual(
        expect.objectContaining({ messageId, duplicate: true }),
      );
  }, 400_000);
});
