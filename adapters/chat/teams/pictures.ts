// Charts of a card under addresses of this bot, which Teams must be able to reach anyway.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Card } from '../../../src/model/card.ts';
import type { AdapterStore, Route } from '../../../src/ports.ts';

/** The name is the picture's hash: nobody finds one who was not given it. */
const NAME = /^[\w-]{43}$/;
const PATH = '/charts/teams';
const keptSchema = z.string();

/** Where each picture of a card can be fetched. */
export type PictureUrls = ReadonlyMap<Uint8Array, string>;

/** Keeps pictures in the adapter's store and serves them, on whatever replica Teams asks. */
export function createPictures(store: AdapterStore, publicUrl: string | null) {
  const route: Route = {
    method: 'GET',
    path: `${PATH}/:file`,
    async handle(_request, { file = '' }) {
      const name = file.replace(/\.png$/, '');
      const kept = NAME.test(name) ? keptSchema.safeParse(await store.get(`chart/${name}`)) : null;
      if (!kept?.success) return new Response('There is no such picture', { status: 404 });
      return new Response(Buffer.from(kept.data, 'base64'), {
        headers: { 'content-type': 'image/png', 'cache-control': 'public, max-age=31536000, immutable' },
      });
    },
  };

  return {
    route,
    async keep(card: Card): Promise<PictureUrls> {
      const urls = new Map<Uint8Array, string>();
      for (const block of card.blocks) {
        if (block.type !== 'chart' || publicUrl === null) continue;
        const name = createHash('sha256').update(block.png).digest('base64url');
        await store.set(`chart/${name}`, Buffer.from(block.png).toString('base64'));
        urls.set(block.png, `${publicUrl}${PATH}/${name}.png`);
      }
      return urls;
    },
  };
}
