// What is behind a ticket, in the threads of its cards: made once for all platforms, posted once on each.
import { afterEach, expect, it } from 'vitest';
import { showBackgrounds } from '../../src/flows/background.ts';
import { AppError } from '../../src/model/errors.ts';
import { journalPlatform, openWorkspace, type Workspace } from '../support/workspace.ts';

const PLATFORMS = ['console', 'slack', 'discord', 'teams'];

let w: Workspace;
afterEach(() => w.close());

/** A desk on four platforms; `views`: how often somebody looked into the database for all of a ticket. */
async function open() {
  w = await openWorkspace({ channels: { tickets: PLATFORMS.map((id) => `${id}:support`) } });
  const platforms = PLATFORMS.map((id) => (id === w.platform.id ? w.platform : journalPlatform(id)));
  w.deps.platforms = new Map(platforms.map((platform) => [platform.id, platform]));
  const seen = { views: 0 };
  const store = {
    ...w.store,
    messagesOf: (ticketId: number) => {
      seen.views += 1;
      return w.store.messagesOf(ticketId);
    },
  };
  return {
    seen,
    platforms,
    round: () => showBackgrounds({ ...w.deps, store }),
    behind: () =>
      platforms.map(
        ({ posts }) => posts.filter(({ card }) => card.fallback.includes('what is behind')).length,
      ),
  };
}

it('is made once for all platforms, and not again once it stands', async () => {
  const { seen, round, behind } = await open();
  await w.write('Please send me an invoice');
  await w.work();
  await round();
  expect(behind()).toEqual([1, 1, 1, 1]);
  expect(seen.views).toBe(1);
  await round();
  expect(behind()).toEqual([1, 1, 1, 1]);
  expect(seen.views).toBe(1);
});

it('comes later where a platform took nothing, from whichever process goes on', async () => {
  const { platforms, round, behind } = await open();
  await w.write('Please send me an invoice');
  await w.work();
  platforms[2]?.break(new AppError('rate_limited', 'too many', { retryable: true }));
  await round();
  expect(behind()).toEqual([1, 1, 0, 1]);
  platforms[2]?.break(null);
  await round();
  expect(behind()).toEqual([1, 1, 1, 1]);
});
