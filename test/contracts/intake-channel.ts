// What every intake channel promises. Each test begins with the provider's own wire event and ends at the far end's journal.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../src/model/errors.ts';
import type { InboundMessage, OutboundReply, Receipt } from '../../src/model/message.ts';
import type { IntakeChannel } from '../../src/ports.ts';

/** A message as a customer writes it, before it is on any wire. */
export interface Written {
  /** The provider's id. */
  id: string;
  text: string;
  /** Id of the message that this one answers; both are one thread. */
  answers?: string;
}

/** One channel with the provider at its other end. */
export interface IntakeWorld {
  /** A channel with the state of earlier ones: what a restart of the bot builds. */
  create(): IntakeChannel;
  /** The provider hands a message over, again and again until it is acknowledged. */
  deliver(channel: IntakeChannel, message: Written): void;
  /** The provider hands over bytes that are no message. */
  deliverGarbage(channel: IntakeChannel): void;
  /** Replies as the customer sees them. */
  farEnd(): { key: string; text: string }[];
  /** The provider's server goes away and comes back. */
  outage: { begin(): Promise<void>; end(): Promise<void> };
  /** What the far end does to the next reply. */
  fault(kind: 'not now' | 'never' | 'lost before' | 'lost after'): void;
  remove(): Promise<void>;
}

/** Flows as the channel sees them: remembers ids, refuses when told to. */
function createReceiver() {
  const seen = new Map<string, number>();
  const receiver = {
    calls: [] as InboundMessage[],
    /** How many of the next calls fail. */
    refuse: 0,
    async receive(message: InboundMessage): Promise<Receipt> {
      if (receiver.refuse > 0) {
        receiver.refuse -= 1;
        throw new AppError('database_gone', 'the database is gone', { retryable: true });
      }
      receiver.calls.push(message);
      const known = seen.get(message.externalId);
      const messageId = known ?? seen.size + 1;
      seen.set(message.externalId, messageId);
      return { messageId, ticketId: messageId, duplicate: known !== undefined };
    },
    texts: () => [...new Map(receiver.calls.map(({ externalId, text }) => [externalId, text])).values()],
  };
  return receiver;
}

const LIMIT = { timeout: 60_000, interval: 20 };
const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, LIMIT);

/** Runs the suite; `pulls`: the channel fetches from a server that may be down. */
export function intakeChannelContract(
  name: string,
  { pulls, build }: { pulls: boolean; build(): Promise<IntakeWorld> },
): void {
  describe(`intake channel: ${name}`, { timeout: 180_000 }, () => {
    let world: IntakeWorld;
    let channel: IntakeChannel;
    let receiver: ReturnType<typeof createReceiver>;

    beforeEach(async () => {
      world = await build();
      channel = world.create();
      receiver = createReceiver();
    });
    afterEach(async () => {
      await channel.stop();
      await world.remove();
    });

    /** A reply to the newest message that came in. */
    function replyTo(
      message: InboundMessage,
      key: string,
      text = 'Here is your invoice. Grüße, Ana',
    ): OutboundReply {
      return {
        key,
        ticketId: 7,
        to: message.customer,
        by: 'Ana',
        subject: message.subject ?? null,
        text,
        thread: message.thread ?? {},
      };
    }

    async function received(text = 'Where is my invoice?'): Promise<InboundMessage> {
      await channel.start(receiver.receive);
      world.deliver(channel, { id: 'first', text });
      return until(() => {
        const [message] = receiver.calls;
        if (!message) throw new Error('nothing has come in yet');
        return message;
      });
    }

    it('hands a message over with its channel, customer and words', async () => {
      const message = await received('Where is my invoice?');
      expect(channel.serves ?? [channel.id]).toContain(message.channel);
      expect(message).toMatchObject({
        text: 'Where is my invoice?',
        customer: { email: 'ana@customer.example' },
      });
      expect(message.automatic).toBeUndefined();
    });

    it('acknowledges only what was received: refused messages come again', async () => {
      receiver.refuse = 2;
      await channel.start(receiver.receive);
      world.deliver(channel, { id: 'first', text: 'one' });
      world.deliver(channel, { id: 'second', text: 'two' });
      await until(() => expect(receiver.texts().sort()).toEqual(['one', 'two']));
    });

    it('gives fifty copies that come at once the same id', async () => {
      await channel.start(receiver.receive);
      for (let copy = 0; copy < 50; copy += 1)
        world.deliver(channel, { id: 'same', text: 'again and again' });
      world.deliver(channel, { id: 'other', text: 'something else' });
      await until(() => expect(receiver.texts().sort()).toEqual(['again and again', 'something else']));
    });

    it('puts messages that arrive in the wrong order into one thread', async () => {
      await channel.start(receiver.receive);
      world.deliver(channel, { id: 'second', text: 'and my address changed', answers: 'first' });
      await until(() => expect(receiver.calls).toHaveLength(1));
      world.deliver(channel, { id: 'first', text: 'Where is my invoice?' });
      await until(() => expect(receiver.calls).toHaveLength(2));
      expect(receiver.calls[0]?.threadId).toBeDefined();
      expect(receiver.calls[0]?.threadId).toBe(receiver.calls[1]?.threadId);
    });

    it('does not hand over again what was acknowledged before a restart', async () => {
      await received('before');
      await channel.stop();
      channel = world.create();
      await channel.start(receiver.receive);
      world.deliver(channel, { id: 'second', text: 'after' });
      await until(() => expect(receiver.calls.map(({ text }) => text)).toContain('after'));
      expect(receiver.calls.map(({ text }) => text)).toEqual(['before', 'after']);
    });

    it('outlives bytes that are no message', async () => {
      await channel.start(receiver.receive);
      world.deliverGarbage(channel);
      world.deliver(channel, { id: 'first', text: 'a good one' });
      await until(() => expect(receiver.texts()).toContain('a good one'));
    });

    it('sends a reply once, under its key', async () => {
      const message = await received();
      const result = await channel.send(replyTo(message, 'key-1'), AbortSignal.timeout(15_000));
      expect(result.providerId).toBeTruthy();
      expect(world.farEnd()).toEqual([{ key: 'key-1', text: 'Here is your invoice. Grüße, Ana' }]);
    });

    it('sends nothing twice when the same reply is sent again', async () => {
      const reply = replyTo(await received(), 'key-1');
      const first = await channel.send(reply, AbortSignal.timeout(15_000));
      await channel.stop();
      channel = world.create();
      await channel.start(receiver.receive);
      expect(await channel.send(reply, AbortSignal.timeout(15_000))).toEqual(first);
      expect(world.farEnd()).toHaveLength(1);
      if (channel.lookup) expect(await channel.lookup(reply, AbortSignal.timeout(15_000))).toBe('sent');
    });

    it.each(['not now', 'lost before'] as const)(
      'says that a reply may be tried again (%s), and then it leaves',
      async (kind) => {
        const reply = replyTo(await received(), 'key-1');
        world.fault(kind);
        await expect(channel.send(reply, AbortSignal.timeout(15_000))).rejects.toMatchObject({
          retryable: true,
        });
        if (channel.lookup) expect(await channel.lookup(reply, AbortSignal.timeout(15_000))).toBe('not_sent');
        await channel.send(reply, AbortSignal.timeout(15_000));
        expect(world.farEnd()).toHaveLength(1);
      },
    );

    it('says that a reply is refused for good', async () => {
      const reply = replyTo(await received(), 'key-1');
      world.fault('never');
      const failure = await channel.send(reply, AbortSignal.timeout(15_000)).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(AppError);
      expect(failure).toMatchObject({ retryable: false });
      expect(failure).not.toMatchObject({ code: 'outcome_unknown' });
      expect(world.farEnd()).toEqual([]);
    });

    it('never doubles a reply whose outcome was lost', async () => {
      const reply = replyTo(await received(), 'key-1');
      world.fault('lost after');
      const failure = await channel.send(reply, AbortSignal.timeout(15_000)).catch((error: unknown) => error);
      if (channel.idempotent) {
        expect(failure).toMatchObject({ retryable: true });
        await channel.send(reply, AbortSignal.timeout(15_000));
      } else {
        expect(failure).toMatchObject({ code: 'outcome_unknown' });
        expect(await channel.lookup?.(reply, AbortSignal.timeout(15_000))).not.toBe('not_sent');
      }
      expect(world.farEnd()).toHaveLength(1);
    });

    it('stops sending when it is told to', async () => {
      const reply = replyTo(await received(), 'key-1');
      await expect(channel.send(reply, AbortSignal.abort())).rejects.toMatchObject({ retryable: true });
      expect(world.farEnd()).toEqual([]);
    });

    it('goes on after its far end was down at start', async () => {
      await world.outage.begin();
      await channel.start(receiver.receive);
      if (pulls) await until(async () => expect(await channel.health()).toMatchObject({ ok: false }));
      await world.outage.end();
      world.deliver(channel, { id: 'first', text: 'still there?' });
      await until(() => expect(receiver.texts()).toEqual(['still there?']));
      await until(async () => expect(await channel.health()).toMatchObject({ ok: true }));
    });

    it('goes on after its far end was down during work', async () => {
      const message = await received('before');
      await world.outage.begin();
      if (pulls) await until(async () => expect(await channel.health()).toMatchObject({ ok: false }));
      const reply = replyTo(message, 'key-1');
      await expect(channel.send(reply, AbortSignal.timeout(15_000))).rejects.toMatchObject({
        retryable: true,
      });
      expect((await channel.health()).ok).toBe(false);
      await world.outage.end();
      world.deliver(channel, { id: 'second', text: 'after' });
      await until(() => expect(receiver.texts()).toEqual(['before', 'after']));
      await channel.send(reply, AbortSignal.timeout(15_000));
      expect(world.farEnd()).toHaveLength(1);
      await until(async () => expect(await channel.health()).toMatchObject({ ok: true }));
    });
  });
}
