// What Teams and the Bot Framework allow, in one place, each with its source.

export const LIMITS = {
  /**
   * Bytes of one card as JSON. Teams refuses messages above about 28 KB with 413; the envelope takes the rest.
   * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
   */
  cardBytes: 27_000,
  /** Characters of a dialog's title. https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/invoking-task-modules */
  dialogTitle: 64,
  /** Characters of one choice of a list; ours, so that a list fits a card. */
  choice: 150,
  /** Characters of the text that a notification shows. */
  summary: 200,
  /**
   * Requests per bot and conversation: together they keep within 7 a second, 8 in two, 60 in thirty and 1,800 an
   * hour. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
   */
  pace: [
    { burst: 4, everyMs: 560 },
    { burst: 80, everyMs: 2_100 },
  ],
  /** A press is answered by then, in ms, and the rest of the work goes on. Teams gives up after about 10 s. */
  answerMs: 2_500,
  /**
   * Whoever sends a form is known by then, in ms, or gets their words back: the form is drawn anew, which may take as
   * long again, before the press must be answered.
   */
  whoMs: 1_000,
  /** Longest call to the connector service, in ms. */
  requestMs: 10_000,
  /** Pages of 500 members that are looked through for a person. */
  rosterPages: 10,
  /** How long a person's e-mail address is believed, in ms. */
  personMs: 24 * 3_600_000,
} as const;

/** Bytes of a value as JSON. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
