// 👀 on a card -> who is looking at it: pure parsing, and the order of what one person does on one message.
import type { AdapterStore } from '../../../src/ports.ts';
import { type Activity, spotOf } from './activity.ts';

/** What Teams calls 👀: https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/teams-reactions-reference */
const EYES = '1f440_eyes';

/** 👀 put on a message, or taken back. */
export interface Look {
  channel: string;
  message: string;
  userId: string;
  on: boolean;
  /** When it happened, in ms; null where Teams does not tell. */
  at: number | null;
}

/** Null for every other reaction. */
export function parseLook(activity: Activity): Look | null {
  const { reactionsAdded = [], reactionsRemoved = [], replyToId, from, timestamp } = activity;
  const on = reactionsAdded.some(({ type }) => type === EYES);
  if (!replyToId || (!on && !reactionsRemoved.some(({ type }) => type === EYES))) return null;
  const { channel } = spotOf(activity);
  return {
    channel,
    message: replyToId,
    userId: from.aadObjectId ?? from.id,
    on,
    at: timestamp?.getTime() ?? null,
  };
}

const KEPT_MS = 86_400_000;

/** Runs `work` for looks one after the other, and not for one that is older than what this person did last there. */
export function createLooks(store: AdapterStore): (look: Look, work: () => Promise<void>) => Promise<void> {
  let before = Promise.resolve();
  return (look, work) => {
    const turn = before.then(async () => {
      const key = `look/${look.channel}/${look.message}/${look.userId}`;
      const last = await store.get(key);
      if (look.at !== null && typeof last === 'number' && look.at < last) return;
      await work();
      if (look.at !== null) await store.set(key, look.at, KEPT_MS);
    });
    before = turn.catch(() => undefined);
    return turn;
  };
}
