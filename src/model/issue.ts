// Issues of a tracker: what they say, what became of them, and how a tracker's own words map to that.
import { z } from 'zod';
import type { Analysis } from './analysis.ts';
import type { Speaker } from './public-words.ts';

/** What became of an issue. Closed is not fixed, and merged is not yet with the customers. */
export const ISSUE_STATES = ['open', 'merged', 'fixed', 'not_planned', 'duplicate'] as const;
export const issueStateSchema = z.enum(ISSUE_STATES);
export type IssueState = z.infer<typeof issueStateSchema>;

/** A report of a customer, as an issue tells of it. */
export interface Report extends Speaker {
  customerId: number;
  plan: string | null;
  /** Monthly revenue of the account. */
  mrr: number | null;
  channel: string;
  subject: string | null;
  text: string;
  at: Date;
  bug: Analysis['bug'] | null;
}

/** An issue as a tracker tells it. */
export interface TrackerIssue {
  /** The tracker's id, enough to find it again: `owner/name#12`, `ENG-7`, `APP-7`. */
  id: string;
  /** What people call it: `#12`, `ENG-7`. */
  key: string;
  url: string;
  title: string;
  state: IssueState;
  /** The tracker's own words for that: "closed as not planned", "In Review". */
  stateName: string;
}

/** One part of an issue or comment. All texts are plain: whatever looks like markup in them stays text. */
export type IssuePart =
  | { type: 'heading' | 'text' | 'quote' | 'code'; text: string }
  | { type: 'fields'; fields: { label: string; value: string }[] }
  | { type: 'steps'; items: string[] };

export interface NewIssue {
  title: string;
  parts: IssuePart[];
  /** Stands in the issue, unlike any other text, so that a creation whose answer was lost is found again. */
  marker: string;
}

/** A comment that is kept up to date. */
export interface IssueComment {
  /** Its id; null: it is new, unless one with the marker was made since `since` and its answer was lost. */
  known: string | null;
  marker: string;
  since: Date;
  parts: IssuePart[];
}

/** Tracker's words, in lower case -> what they mean. */
export type StateWords = Record<string, IssueState>;

/** A tracker's usual meanings with those of the configuration, which are stronger and may be written in any case. */
export function meaningsOf(usual: StateWords, configured: StateWords): StateWords {
  const own = Object.entries(configured).map(([word, state]) => [word.toLowerCase(), state]);
  return { ...usual, ...Object.fromEntries(own) };
}

/**
 * What the words of an issue mean. `words` are the tracker's words about it, the strongest first; the first
 * that `meanings` knows counts, and none: open. `doubts` only speak where the issue would be fixed ("in a
 * milestone that is not closed").
 */
export function issueStateOf(
  { words, doubts = [] }: { words: string[]; doubts?: string[] },
  meanings: StateWords,
): IssueState {
  const means = (candidates: string[]) =>
    candidates.map((word) => meanings[word.toLowerCase()]).find((state) => state !== undefined);
  const state = means(words) ?? 'open';
  return state === 'fixed' ? (means(doubts) ?? state) : state;
}

/** How a state reads on cards. */
export const STATE_NAMES: Record<IssueState, string> = {
  open: 'open',
  merged: 'merged, not released yet',
  fixed: 'fixed',
  not_planned: 'not planned',
  duplicate: 'duplicate',
};
