// Watches one IMAP folder: every mail is handed over once it can be, and its place is kept only afterwards.
import type { ImapFlow } from 'imapflow';
import { z } from 'zod';
import { errorText } from '../../../src/model/errors.ts';
import type { InboundMessage, Receipt } from '../../../src/model/message.ts';
import type { AdapterStore, Clock, Log } from '../../../src/ports.ts';
import type { MailboxConfig } from './config.ts';
import { createImapClient, imapErrorText } from './imap.ts';
import { keyOfMessageId, parseMail } from './parse.ts';

/** Bytes of a mail that are fetched; two 25 MB attachments in base64 fit. Of a larger one only the beginning is read. */
const LARGEST_MAIL = 80 * 1024 * 1024;
const HEAD_OF_LARGER = 1024 * 1024;
/** How far back the first look at a mailbox takes unread mail. */
const FIRST_LOOK_MS = 3 * 24 * 3_600_000;
/** Without news from IDLE the folder is looked at all the same. */
const LOOK_EVERY_MS = 60_000;
/** Hand-overs that fail one after the other mean that the receiver is down, not that a mail is bad. */
const FAILURES_IN_A_ROW = 3;

const positionSchema = z.object({
  uidValidity: z.string(),
  /** Every UID up to here was handed over, or is in `waiting`. */
  lastUid: z.number(),
  /** UIDs still to hand over: unread at the first look, or refused so far. */
  waiting: z.array(z.number()),
  /** When the newest of them came, for a mailbox whose UIDs are numbered anew. */
  newest: z.string(),
});
type Position = z.infer<typeof positionSchema>;

/** What `sent/<outbox key>` holds: the thread that our mail belongs to, and how far its sending got. */
export const sentSchema = z.object({ threadId: z.string(), state: z.enum(['handed', 'sent']) });

export interface InboxState {
  /** Null while it is being read. */
  error: string | null;
  since: Date;
}

export interface InboxDeps {
  clock: Clock;
  log: Log;
  store: AdapterStore;
  own: readonly string[];
  receive(message: InboundMessage): Promise<Receipt>;
  /** Milliseconds before the next try, doubling from `first` to `most`. */
  backOff?: { first: number; most: number };
}

/** Starts watching at once and never throws: an unreachable server shows in `state()` and is tried again. */
export function watchInbox(mailbox: MailboxConfig, deps: InboxDeps) {
  const { clock, log, store } = deps;
  const backOff = deps.backOff ?? { first: 1_000, most: 60_000 };
  const wake = createWake();
  let state: InboxState = { error: 'not connected yet', since: clock.now() };
  let client: ImapFlow | null = null;
  let stopped = false;
  let busy = false;

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopped) {
      try {
        await session(() => {
          failures = 0;
        });
      } catch (error) {
        if (stopped) break;
        const text = imapErrorText(error, mailbox.imap);
        if (state.error !== text) log.warn({ mailbox: mailbox.name, error: text }, 'mailbox cannot be read');
        state = { error: text, since: state.error === null ? clock.now() : state.since };
        await wake.wait(Math.min(backOff.first * 2 ** failures, backOff.most));
        failures += 1;
      }
    }
  }

  /** One connection, until it breaks (throws) or the watch stops. */
  async function session(onReading: () => void): Promise<void> {
    const line = createImapClient(mailbox.imap);
    client = line;
    line.on('exists', wake.ring);
    line.on('close', wake.ring);
    try {
      await line.connect();
      const opened = await line.mailboxOpen(mailbox.folder);
      const position = await takeUp(line, opened.uidValidity.toString(), opened.uidNext);
      if (state.error !== null) log.info({ mailbox: mailbox.name }, 'mailbox is being read');
      state = { error: null, since: clock.now() };
      onReading();
      let refused = 0;
      while (!stopped) {
        busy = true;
        const complete = await look(line, position).finally(() => {
          busy = false;
        });
        refused = complete ? 0 : refused + 1;
        const pause = complete ? LOOK_EVERY_MS : Math.min(backOff.first * 2 ** (refused - 1), backOff.most);
        if (!stopped && line.usable) await wake.wait(pause);
        if (!stopped && !line.usable) throw new Error('the mail server closed the connection');
      }
    } finally {
      client = null;
      if (line.usable) await line.logout().catch(() => {});
      line.close();
    }
  }

  const positionKey = `position/${mailbox.name}`;

  /** Where to go on; on a first look, or when UIDs are numbered anew, what must be looked at (again). */
  async function takeUp(line: ImapFlow, uidValidity: string, uidNext: number): Promise<Position> {
    const kept = positionSchema.safeParse(await store.get(positionKey)).data;
    if (kept?.uidValidity === uidValidity) return kept;
    const since = kept ? Date.parse(kept.newest) : clock.now().getTime() - FIRST_LOOK_MS;
    // SINCE knows only days, in the server's time zone: one day earlier loses nothing, doubles are recognised.
    const query = { since: new Date(since - 24 * 3_600_000), ...(!kept && { seen: false }) };
    const waiting = (await line.search(query, { uid: true })) || [];
    const position: Position = {
      uidValidity,
      lastUid: uidNext - 1,
      waiting: waiting.filter((uid) => uid < uidNext),
      newest: kept?.newest ?? clock.now().toISOString(),
    };
    await store.set(positionKey, position);
    return position;
  }

  /** Hands over what is there. False when something was refused and must be tried again. */
  async function look(line: ImapFlow, position: Position): Promise<boolean> {
    const found = (await line.search({ uid: `${position.lastUid + 1}:*` }, { uid: true })) || [];
    // "n:*" always names the last mail, also when its UID is below n (RFC 3501, section 6.4.8).
    const fresh = found.filter((uid) => uid > position.lastUid).sort((a, b) => a - b);
    let refused = 0;
    for (const uid of [...position.waiting, ...fresh]) {
      if (stopped || refused >= FAILURES_IN_A_ROW) break;
      const done = await handOver(line, uid, position);
      refused = done ? 0 : refused + 1;
      position.waiting = position.waiting.filter((waiting) => waiting !== uid);
      if (!done) position.waiting.push(uid);
      position.lastUid = Math.max(position.lastUid, uid);
      await store.set(positionKey, position);
    }
    return position.waiting.length === 0 && refused === 0;
  }

  async function handOver(line: ImapFlow, uid: number, position: Position): Promise<boolean> {
    const about = await line.fetchOne(String(uid), { size: true, internalDate: true }, { uid: true });
    if (!about) return true;
    const size = about.size ?? 0;
    const large = size > LARGEST_MAIL;
    const source = large ? { start: 0, maxLength: HEAD_OF_LARGER } : true;
    const mail = await line.fetchOne(String(uid), { source }, { uid: true });
    const raw = mail ? mail.source : undefined;
    if (!raw) return true;
    const receivedAt = new Date(about.internalDate ?? clock.now());
    const message = await parseMail(raw, {
      mailbox: mailbox.name,
      own: deps.own,
      receivedAt,
      ...(large && {
        incomplete: `This e-mail has ${Math.round(size / 1024 / 1024)} MB; its attachments were left in the mailbox.`,
      }),
    });
    try {
      await deps.receive(await inItsThread(message));
    } catch (error) {
      log.error({ mailbox: mailbox.name, uid, error: errorText(error) }, 'mail could not be taken in yet');
      return false;
    }
    if (receivedAt.toISOString() > position.newest) position.newest = receivedAt.toISOString();
    return true;
  }

  /** An answer to our mail, or its bounce, belongs to the thread we wrote in, even if References were lost on the way. */
  async function inItsThread(message: InboundMessage): Promise<InboundMessage> {
    const { references = [], bounceKey } = message.thread ?? {};
    const keys = [...(Array.isArray(references) ? references : [])].reverse().map(keyOfMessageId);
    for (const key of [bounceKey, ...keys]) {
      if (typeof key !== 'string') continue;
      const sent = sentSchema.safeParse(await store.get(`sent/${key}`)).data;
      if (sent)
        return {
          ...message,
          threadId: sent.threadId,
          thread: { ...message.thread, threadId: sent.threadId },
        };
    }
    return message;
  }

  const running = run();
  return {
    state: () => state,
    /** Lets a hand-over in progress finish, then disconnects. */
    async stop(): Promise<void> {
      stopped = true;
      wake.ring();
      if (!busy) client?.close();
      await running;
    },
  };
}

/** A bell: `wait` ends when it rings, also when it rang before, or after some time. */
function createWake() {
  let rung = false;
  let wakeUp: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      wakeUp?.();
    },
    async wait(ms: number): Promise<void> {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wakeUp = null;
      rung = false;
    },
  };
}
