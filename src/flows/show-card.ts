// Posts and updates cards that are not about a ticket: one per key and place, posted once, then updated in place.
import { createHash } from 'node:crypto';
import type { PostedCardRow } from '../infra/db/queries/cards.ts';
import type { Card } from '../model/card.ts';
import { AppError, errorText, hasCode } from '../model/errors.ts';
import type { MessageRef, Place } from '../model/platform.ts';
import type { ChatPlatform } from '../ports.ts';
import type { FlowDeps } from './deps.ts';
import { fallbackOf, parseTarget } from './route.ts';

/** A post that was begun this long ago was lost with its process and is made again. */
const POST_LIMIT_MS = 30_000;

/** What no further try cures: the card goes to the fallback channel. */
const GONE = [
  'platform_missing',
  'channel_gone',
  'unknown_channel',
  'token_revoked',
  'missing_permission',
  'missing_scope',
  'wrong_application',
];

type ShowDeps = Pick<FlowDeps, 'store' | 'platforms' | 'clock' | 'log' | 'withKey' | 'settings'>;

export interface Showing {
  /** What it is about: `C-7`, `digest-2026-03-02`. The same key in the same place is the same post, for ever. */
  key: string;
  places: Place[];
  card: Card;
  /** What goes first within a platform's budget, 0..1; without it the platform judges by the card. */
  urgency?: number;
  /** Posts in its thread, each once by its own key. */
  thread?: { key: string; card: Card }[];
  /** It makes no sense in the fallback channel. */
  nowhereElse?: boolean;
}

/**
 * Brings a card up to date wherever it belongs, and in the fallback channel instead of a place that cannot be reached
 * any more. A place that fails does not hold up the others; the first failure is thrown afterwards (AppError as the
 * platform classified it; `card_busy` while another process draws the same card), and calling again does the rest.
 */
export async function showCard(deps: ShowDeps, showing: Showing): Promise<void> {
  const done = await deps.withKey(`card ${showing.key}`, () => showEverywhere(deps, showing));
  if (done === null) throw new AppError('card_busy', 'the card is being drawn', { retryable: true });
}

async function showEverywhere(deps: ShowDeps, showing: Showing): Promise<true> {
  const { key, places } = showing;
  const results = await Promise.allSettled(places.map((place) => showAt(deps, place, showing)));
  const failed = results.flatMap((result, n) => {
    const place = places[n];
    return result.status === 'rejected' && place ? [{ place, error: result.reason }] : [];
  });
  for (const { place, error } of failed)
    deps.log.warn({ key, platform: place.platform, reason: errorText(error) }, 'card could not be shown');
  const gone = failed.filter(({ place, error }) => isGone(error) && !place.thread && !showing.nowhereElse);
  const housed = new Set<Place>();
  for (const [name, of] of Map.groupBy(gone, ({ place }) => nameOf(fallbackOf(deps, place)))) {
    if (name === null) continue;
    const card = meantFor(of.map(({ place }) => nameOf(place)).join(', '), showing.card);
    // Where it belongs there anyway, it stands already.
    if (!places.some((place) => nameOf(place) === name))
      await showAt(deps, parseTarget(name), { ...showing, card });
    for (const { place } of of) housed.add(place);
  }
  const left = failed.find(({ place }) => !housed.has(place));
  if (left) throw left.error;
  return true;
}

const nameOf = (place: Place | null) => place && `${place.platform}:${place.channel}`;

/** Whether a place cannot be reached any more, whoever tries again. */
export function isGone(error: unknown): error is AppError {
  return hasCode(error, ...GONE);
}

/** A card in the fallback channel says where it belongs: `slack:C0BUGS`. */
export function meantFor(place: string, card: Card): Card {
  const text = `Meant for ${place}, which cannot be reached`;
  return { ...card, blocks: [{ type: 'text', style: 'warning', text }, ...card.blocks] };
}

async function showAt(
  deps: ShowDeps,
  place: Place,
  { key, card, urgency, thread = [] }: Showing,
): Promise<void> {
  const row = await deps.store.postedCard(key, place.platform, place.channel, deps.clock.now());
  const platform = deps.platforms.get(place.platform);
  if (!platform) throw new AppError('platform_missing', `${place.platform} is not set up`);
  const digest = hashOf(card);
  const post = () => postOnce(deps, platform, row, { place, card, digest, urgency });
  let message = row.message ?? (await post());
  if (row.message && row.digest !== digest) {
    try {
      await platform.update(row.message, card, { urgency });
      await deps.store.updatePostedCard(row.id, { digest });
    } catch (error) {
      if (!hasCode(error, 'message_gone')) throw error;
      // Somebody deleted it: it is posted anew, with a thread of its own.
      const anew = {
        message: null,
        digest: null,
        thread: [],
        postedAt: laterThan(row.postedAt, deps.clock.now()),
      };
      await deps.store.updatePostedCard(row.id, anew);
      Object.assign(row, anew);
      message = await post();
    }
  }
  for (const reply of thread.filter((one) => !row.thread.includes(one.key))) {
    await platform.post({ ...place, thread: message }, reply.card, { key: `${key}-${row.id}-${reply.key}` });
    row.thread = [...row.thread, reply.key];
    await deps.store.updatePostedCard(row.id, { thread: row.thread });
  }
}

async function postOnce(
  deps: ShowDeps,
  platform: ChatPlatform,
  row: PostedCardRow,
  { place, card, digest, urgency }: Pick<Showing, 'card' | 'urgency'> & { place: Place; digest: string },
): Promise<MessageRef> {
  const { store, clock } = deps;
  const waited = Math.abs(clock.now().getTime() - row.postedAt.getTime());
  const again = row.digest === 'posting';
  if (again && waited < POST_LIMIT_MS)
    throw new AppError('card_posting', 'the card is being posted', { retryable: true });
  await store.updatePostedCard(row.id, { digest: 'posting' });
  try {
    const key = `${row.key}-${row.id}-${row.postedAt.getTime()}`;
    const message = await platform.post(place, card, { key, again, urgency });
    await store.updatePostedCard(row.id, { message, digest });
    return message;
  } catch (error) {
    // Refused for certain: nothing stands there, so the next attempt need not wait.
    if (error instanceof AppError && error.code !== 'outcome_unknown')
      await store.updatePostedCard(row.id, { digest: null });
    throw error;
  }
}

/** What tells a card from the one before, so that nothing is drawn twice. */
export function hashOf(card: Card): string {
  return createHash('sha256').update(JSON.stringify(card)).digest('base64url');
}

/** When a card is posted anew. It names the post, so that no platform takes it for the one before. */
export function laterThan(before: Date, now: Date): Date {
  return new Date(Math.max(now.getTime(), before.getTime() + 1));
}
