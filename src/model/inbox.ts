// What people write to the bot on a platform: kept before it is acknowledged, until it is done and answered.
import type { z } from 'zod';
import type { ActionReply } from './platform.ts';

/** How one platform works on what people wrote. `carryOut` and `answer` throw AppErrors, retryable ones to be run again. */
export interface Correspondence<Written> {
  /** Reads what was kept, which is JSON. */
  schema: z.ZodType<Written>;
  /** Its words, to be given back where nothing came of them. */
  text(written: Written): string;
  /** True: it asks the bot to do something, which nobody expects any more when it is old. */
  isOrder(written: Written): boolean;
  /** When it was written, in ms of the epoch; null when the platform does not tell. */
  writtenAt(written: Written): number | null;
  /** Who wrote it where: what has the same line is carried out in the order in which it came. Null: as it comes. */
  lineOf(written: Written): string | null;
  /** Finds out who wrote, and does it. Also a second time, when a process died meanwhile. */
  carryOut(written: Written): Promise<ActionReply>;
  /** Tells the person what came of it. */
  answer(written: Written, reply: ActionReply): Promise<void>;
}

export interface Inbox<Written> {
  /** Begins with what was left by a process that ended. */
  start(): void;
  /**
   * Keeps what has this name on the platform; further deliveries change nothing. When it resolves, the platform may be
   * told that it was taken, and the work goes on by itself. Rejects with a retryable AppError when it was not kept.
   * `working`: it is being done already, with that result; only a process that finds it unfinished carries it out.
   */
  take(id: string, written: Written, working?: Promise<ActionReply>): Promise<void>;
  /** Ends between two tries; what is not done is for the next process. */
  stop(): Promise<void>;
}

export type OpenInbox = <Written>(how: Correspondence<Written>) => Inbox<Written>;
