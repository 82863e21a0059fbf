// Keeps what people wrote on a platform as rows until it is done and answered, whatever stops or dies meanwhile.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { withDeadline } from '../model/deadline.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../model/duration.ts';
import { AppError, errorText, mayPass } from '../model/errors.ts';
import type { Correspondence, Inbox } from '../model/inbox.ts';
import type { ActionReply } from '../model/platform.ts';
import type { AdapterStore, Clock, Log } from '../ports.ts';

/** How long a note waits for its platform, and how long an order to the bot: nobody expects that to be done much later. */
const PATIENCE_MS = { note: DAY_MS, order: 15 * MINUTE_MS };
/** Pauses between two tries grow from the first to the longest. */
const PAUSE_MS = { first: 250, longest: 30 * SECOND_MS };
/** How often, and after what silence, the work of a process that died is taken over; a try with its pause is shorter. */
const ORPHAN_MS = { look: MINUTE_MS, silence: 3 * MINUTE_MS };
/** Platforms deliver again for about an hour what they believe lost; Discord's threads are read back for a day. */
const DONE_KEPT_MS = 2 * DAY_MS;
const STOP_PATIENCE_MS = 10 * SECOND_MS;
const BATCH = 100;

/** Only what can be read again is kept: cards and forms hold pictures, and are made anew. */
const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('notice'), text: z.string(), ok: z.boolean() }),
  z.object({ kind: z.literal('none'), kept: z.boolean().optional() }),
]);

const rowSchema = z.object({
  written: z.unknown(),
  /** When patience ends with the doing, or with the answer once there is one, and when the last try began; in ms. */
  until: z.number(),
  triedAt: z.number(),
  reply: answerSchema.optional(),
});

interface Kept<Written> {
  written: Written;
  until: number;
  reply?: ActionReply | undefined;
}

interface Tried<Written> {
  /** What is left to do. */
  kept: Kept<Written> | null;
  failure?: unknown;
}

/** What this process is at. */
interface InHand {
  kept: Promise<unknown>;
  done: Promise<void>;
}

/** A place in the order of what one person wrote somewhere. */
interface Turn {
  isNow: boolean;
  /** Resolves when it is. */
  comes: Promise<void>;
  /** The next one's comes. */
  end(): void;
}

/** Where the rows are; owners of a store do not see each other's. */
export interface InboxDeps {
  store: AdapterStore;
  /** Does `work` on what has this name unless another process does: then null at once. */
  alone<T>(id: string, work: () => Promise<T>): Promise<T | null>;
  clock: Clock;
  log: Log;
}

/**
 * Opens the inbox of one platform. Work that fails for a time is done again with growing pauses: a note for a day, an
 * order for a quarter of an hour. Then, and when it fails for good, who wrote is told so with their own words, which is
 * tried as long again. After a death in the middle `how.carryOut` runs again, and is written for that.
 */
export function createInbox<Written>(
  { store, alone, clock, log }: InboxDeps,
  how: Correspondence<Written>,
): Inbox<Written> {
  const inHand = new Map<string, InHand>();
  /** What is being done outside of here. */
  const doing = new Map<string, Promise<ActionReply>>();
  /** When the last in each line has been carried out. */
  const lines = new Map<string, Promise<void>>();
  let ending = new AbortController();
  let rounds: NodeJS.Timeout | undefined;

  const now = () => clock.now().getTime();
  const deadline = (written: Written) => now() + PATIENCE_MS[how.isOrder(written) ? 'order' : 'note'];
  /** What a platform tells late is no younger for that. */
  const age = (written: Written) =>
    how.isOrder(written) ? Math.max(0, now() - (how.writtenAt(written) ?? now())) : 0;

  /** Null for what is not there, or what this release cannot read. */
  function read(value: unknown): (Kept<Written> & { triedAt: number }) | null {
    const row = rowSchema.safeParse(value).data;
    const written = how.schema.safeParse(row?.written).data;
    return row && written !== undefined ? { ...row, written } : null;
  }

  function save(id: string, { written, until, reply }: Kept<Written>): Promise<void> {
    const known = answerSchema.safeParse(reply).data;
    return store.set(`inbox/${id}`, { written, until, triedAt: now(), ...(known && { reply: known }) });
  }

  async function finish(id: string): Promise<void> {
    await store.set(`done/${id}`, 1, DONE_KEPT_MS);
    await store.delete(`inbox/${id}`);
  }

  /** Null when it was kept before, or is another's: of replicas that hear the same, one goes on with it. */
  async function keep(id: string, written: Written): Promise<Kept<Written> | null> {
    for (const known of [`done/${id}`, `inbox/${id}`])
      if ((await store.get(known)) !== undefined) return null;
    const kept = { written, until: deadline(written) - age(written) };
    await save(id, kept);
    return (await store.next(`taken/${id}`, DONE_KEPT_MS)) === 1 ? kept : null;
  }

  function queueUp(line: string | null): Turn {
    const own = Promise.withResolvers<void>();
    const before = line === null ? undefined : lines.get(line);
    const turn = { isNow: before === undefined, comes: before ?? Promise.resolve(), end: own.resolve };
    void before?.then(() => {
      turn.isNow = true;
    });
    if (line !== null) {
      lines.set(line, own.promise);
      void own.promise.then(() => lines.get(line) === own.promise && lines.delete(line));
    }
    return turn;
  }

  /** One stage further: what was asked for, then its answer. Null when all is done. */
  async function advance(id: string, kept: Kept<Written>): Promise<Kept<Written> | null> {
    const { written, reply, until } = kept;
    if (reply) {
      await how.answer(written, reply);
      return null;
    }
    if (how.isOrder(written) && now() > until)
      throw new AppError(
        'too_late',
        'Deskhand could not do this in time; please write it again if it is still needed.',
      );
    const done = await (doing.get(id) ?? how.carryOut(written));
    if (done.kind === 'notice' && done.passing) throw new AppError('passing', done.text, { retryable: true });
    return { written, reply: done, until: deadline(written) };
  }

  /** After the last failure: it is told, or, when even that could not be, logged. */
  function giveUp(id: string, { written, reply }: Kept<Written>, error: unknown): Kept<Written> | null {
    log.error(
      { id, stage: reply ? 'answer' : 'work', reason: errorText(error) },
      'given up on what was written',
    );
    if (reply) return null;
    const why = error instanceof AppError ? error.message : 'Something went wrong on our side.';
    const text = `${why} You wrote: ${how.text(written)}`;
    return { written, reply: { kind: 'notice', ok: false, text }, until: deadline(written) };
  }

  /** One try, of what stands there now. `failure`: trouble that passes. */
  async function attempt(id: string, known: Kept<Written>): Promise<Tried<Written>> {
    const before = read(await store.get(`inbox/${id}`));
    if (!before) return { kept: null };
    before.reply ??= known.reply;
    let kept: Kept<Written> | null;
    try {
      kept = await advance(id, before);
    } catch (failure) {
      if (mayPass(failure) && now() <= before.until) {
        log.warn({ id, reason: errorText(failure) }, 'what was written waits for its platform');
        await save(id, before);
        return { kept: before, failure };
      }
      kept = giveUp(id, before, failure);
    }
    await (kept ? save(id, kept) : finish(id));
    return { kept };
  }

  /** Until then or until the bot is stopped. */
  async function rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: ending.signal }).catch(() => undefined);
  }

  /** As long as it may wait at all. Meanwhile it shows that somebody has it in hand. */
  async function waitFor(turn: Turn, id: string, kept: Kept<Written>): Promise<void> {
    for (let ms = PAUSE_MS.first; now() <= kept.until; ms = Math.min(ms * 2, PAUSE_MS.longest)) {
      if (!turn.isNow) await Promise.race([turn.comes, rest(ms)]);
      if (turn.isNow || ending.signal.aborted) return;
      await alone(id, async () => (await store.get(`inbox/${id}`)) !== undefined && save(id, kept));
    }
  }

  async function pursue(id: string, first: Kept<Written>, turn: Turn): Promise<void> {
    await waitFor(turn, id, first);
    if (ending.signal.aborted && !turn.isNow) return;
    let wait = PAUSE_MS.first;
    for (let left: Kept<Written> | null = first; left; ) {
      const before: Kept<Written> = left;
      // Who is refused leaves it to the process that is at it.
      const tried = await alone(id, () => attempt(id, before));
      left = tried?.kept ?? null;
      if (left?.reply) turn.end();
      if (!tried?.failure) wait = PAUSE_MS.first;
      else {
        await rest(Math.max(wait, retryAfter(tried.failure)));
        if (ending.signal.aborted) return;
        wait = Math.min(wait * 2, PAUSE_MS.longest);
      }
    }
  }

  /** Resolves when it is kept; `keeping` gives null where there is nothing to do. */
  async function begin(id: string, written: Written, keeping: Promise<Kept<Written> | null>): Promise<void> {
    const turn = queueUp(how.lineOf(written));
    const done = keeping
      .then((kept) => kept && pursue(id, kept, turn))
      // What could not be kept is said to the caller.
      .catch((error: unknown) =>
        log.warn({ id, reason: errorText(error) }, 'work on what was written broke off'),
      )
      .then(() => {
        turn.end();
        inHand.delete(id);
        doing.delete(id);
      });
    inHand.set(id, { kept: keeping, done });
    await keeping;
  }

  /** What nobody can read stays for a person, who is told once: unless a replica of another release is at it. */
  async function setAside(id: string): Promise<void> {
    const value = await store.get(`inbox/${id}`);
    const { triedAt = 0 } = rowSchema.safeParse(value).data ?? {};
    if (value === undefined || now() - triedAt < ORPHAN_MS.silence) return;
    const key = `unreadable/${id}`;
    await store.set(key, value);
    await store.delete(`inbox/${id}`);
    log.error({ id, key }, 'what was written cannot be read and is set aside in the table "value"');
  }

  /** Takes over what nobody has tried for so long. */
  async function adopt(silenceMs: number): Promise<void> {
    let after: string | undefined;
    for (;;) {
      const rows = await store.list({
        prefix: 'inbox/',
        limit: BATCH,
        ...(after !== undefined && { after }),
      });
      for (const { key, value } of rows) {
        const id = key.slice('inbox/'.length);
        const row = read(value);
        if ((await store.get(`done/${id}`)) !== undefined) await finish(id);
        else if (!row) await alone(id, () => setAside(id));
        else if (!inHand.has(id) && now() - row.triedAt >= silenceMs)
          await begin(id, row.written, Promise.resolve(row));
      }
      after = rows.at(-1)?.key;
      if (rows.length < BATCH || ending.signal.aborted) return;
    }
  }

  function look(silenceMs: number): void {
    adopt(silenceMs).catch((error: unknown) =>
      log.warn({ reason: errorText(error) }, 'what was written before could not be looked for'),
    );
  }

  return {
    start() {
      ending = new AbortController();
      look(0);
      rounds = setInterval(() => look(ORPHAN_MS.silence), ORPHAN_MS.look).unref();
    },
    async take(id, written, working) {
      if (ending.signal.aborted)
        throw new AppError('not_ready', 'Deskhand is being stopped.', { retryable: true });
      const known = inHand.get(id);
      if (working) doing.set(id, working);
      await (known ? known.kept : begin(id, written, keep(id, written)));
    },
    async stop() {
      ending.abort();
      clearInterval(rounds);
      const all = Promise.all([...inHand.values()].map(({ done }) => done));
      await withDeadline(STOP_PATIENCE_MS, all, () => new Error('late')).catch(() => undefined);
    },
  };
}

function retryAfter(error: unknown): number {
  return error instanceof AppError ? (error.retryAfterMs ?? 0) : 0;
}
