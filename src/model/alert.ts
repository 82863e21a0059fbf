// Alerts: what somebody on our side should know of an account or of the product before anybody complains.

/** `risk`: an account may leave. `expansion`: one may want more. `gap`: customers ask what no article answers. */
export type AlertKind = 'risk' | 'expansion' | 'gap';

/** `on_it`: somebody looks after it. `false_alarm`: somebody said that it is none. `published`: a gap has its article. */
export const ALERT_STATUSES = ['open', 'on_it', 'false_alarm', 'published'] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

/** What people answered to the alerts of one reason, about whichever accounts: on it, or a false alarm. */
export interface AlertAnswers {
  reason: string;
  right: number;
  wrong: number;
}

/** A drafted article that waits for approval. */
export interface ArticleDraft {
  title: string;
  body: string;
  category: string | null;
  language: string;
}

/** What an alert rests on. */
export interface AlertBody {
  /** In words, the weightiest first. */
  reasons: string[];
  facts: { label: string; value: string }[];
  quotes: { text: string; label: string }[];
  article: ArticleDraft | null;
}

/** What an alert's card is drawn from. */
export interface AlertView extends AlertBody {
  id: number;
  kind: AlertKind;
  title: string;
  status: AlertStatus;
  version: number;
  decidedBy: string | null;
  decidedAt: Date | null;
  /** Who looks after the account on our side, as it is known. */
  owner: string | null;
  now: Date;
  timeZone: string;
}

/** `5` -> `A-5`. */
export function alertKey(id: number): string {
  return `A-${id}`;
}
