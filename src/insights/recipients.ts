// Who is told that a problem is fixed, and who is not, with the reason.
import { DAY_MS } from '../model/duration.ts';

export interface RecipientFacts {
  optedOut: boolean;
  /** Their account has left. */
  churned: boolean;
  /** They said that it is solved. */
  confirmed: boolean;
  /** Their ticket asks for something else, too, and has no answer yet. */
  alsoAsks: boolean;
  /** A reply of ours is on its way. */
  sending: boolean;
  /** Frustration of their most upset open ticket about something else, 0..1: of this one, they wait for the news. */
  frustration: number;
  upsetTicket: string | null;
  /** Whether a channel of ours reaches them. */
  reachable: boolean;
  lastWrote: Date;
  now: Date;
}

/** Frustration from which only a person should write. */
const UPSET = 0.7;
/** Nobody who has been silent for so long expects to hear of it. */
const SILENT_MS = 90 * DAY_MS;

/** `barred` is never sent to; `held` is not sent to unless an agent says so. */
export function whyNot(facts: RecipientFacts): { state: 'held' | 'barred'; reason: string } | null {
  const { now, lastWrote } = facts;
  if (facts.optedOut) return { state: 'barred', reason: 'wants no messages from us' };
  if (!facts.reachable) return { state: 'barred', reason: 'no channel reaches them' };
  if (facts.churned) return { state: 'held', reason: 'their company has left us' };
  if (facts.frustration >= UPSET)
    return {
      state: 'held',
      reason: `is upset (${facts.upsetTicket ?? 'an open ticket'}): better in your own words`,
    };
  if (facts.confirmed) return { state: 'held', reason: 'said that it is solved' };
  if (facts.sending) return { state: 'held', reason: 'a reply to them is on its way' };
  if (facts.alsoAsks)
    return { state: 'held', reason: 'asks for something else, too: answer both on the ticket' };
  const silent = now.getTime() - lastWrote.getTime();
  if (silent > SILENT_MS)
    return { state: 'held', reason: `has not written for ${Math.floor(silent / DAY_MS)} days` };
  return null;
}
