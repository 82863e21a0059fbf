// Receiving: deduplication, order, joining, thanks, reopening, and hostile input.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendDue } from '../../src/flows/reply.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

let w: Workspace;
beforeAll(async () => {
  w = await openWorkspace();
});
afterAll(() => w.close());

const from = (name: string) => ({ customer: { email: `${name}@${name}.example`, name } });

describe('a message is taken in once', () => {
  it('opens a ticket, and the same message again is the same message', async () => {
    const first = await w.write('Where is my invoice for March?', { ...from('once'), externalId: 'once-1' });
    const again = await w.write('Where is my invoice for March?', { ...from('once'), externalId: 'once-1' });
    expect(first).toMatchObject({ duplicate: false });
    expect(again).toEqual({ ...first, duplicate: true });
  });

  it('is one message when delivered fifty times at once', async () => {
    const receipts = await Promise.all(
      Array.from({ length: 50 }, () => w.write('The same mail', { ...from('fifty'), externalId: 'fifty-1' })),
    );
    expect(new Set(receipts.map((receipt) => receipt.messageId)).size).toBe(1);
    expect(receipts.filter((receipt) => !receipt.duplicate)).toHaveLength(1);
  });

  it('gives a new customer one conversation when several messages arrive at once, numbered without gaps', async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        w.write(`Topic${'abcdefghijkl'[i]}xyz`, { ...from('burst'), externalId: `burst-${i}` }),
      ),
    );
    const { rows } = await w.pool.query(
      `select m.conversation_id, m.seq from message m join conversation c on c.id = m.conversation_id
       join address a on a.customer_id = c.customer_id where a.value = 'burst@burst.example' order by m.seq`,
    );
    expect(new Set(rows.map((row) => row.conversation_id)).size).toBe(1);
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });
});

describe('a message joins the problem it is about', () => {
  it('joins by the provider’s thread', async () => {
    const a = await w.write('My invoice is missing', { ...from('thread'), threadId: 't1' });
    const b = await w.write('Completely different words here', { ...from('thread'), threadId: 't1' });
    expect(b.ticketId).toBe(a.ticketId);
  });

  it('joins an open ticket of the same topic on another channel', async () => {
    const a = await w.write('Calendar sync shows duplicate appointments', {
      ...from('switch'),
      channel: 'livechat',
    });
    const b = await w.write('Those duplicate appointments from calendar sync again', from('switch'));
    expect(b.ticketId).toBe(a.ticketId);
  });

  it('opens a second ticket for another topic', async () => {
    const a = await w.write('Calendar sync shows duplicate appointments', from('two'));
    const b = await w.write('Please change my billing address', from('two'));
    expect(b.ticketId).not.toBe(a.ticketId);
  });

  it('goes on with a chat whatever its words, while it lasts', async () => {
    const a = await w.write('hello, export hangs', { ...from('chat'), channel: 'livechat' });
    const b = await w.write('anyone there?', { ...from('chat'), channel: 'livechat' });
    w.clock.advance(3_600_000);
    const c = await w.write('where do I find holidays?', { ...from('chat'), channel: 'livechat' });
    expect(b.ticketId).toBe(a.ticketId);
    expect(c.ticketId).not.toBe(a.ticketId);
  });

  it('keeps two chats of one customer apart where the channel names them', async () => {
    const chat = (threadId: string) => ({ ...from('chats'), channel: 'livechat', threadId });
    const a = await w.write('hello, export hangs', chat('one'));
    const b = await w.write('where do I find holidays?', chat('two'));
    const c = await w.write('anyone there?', chat('one'));
    expect(b.ticketId).not.toBe(a.ticketId);
    expect(c.ticketId).toBe(a.ticketId);
  });

  it('does not let a stranger into a thread by its id', async () => {
    const a = await w.write('My invoice is missing', { ...from('owner'), threadId: 'secret-thread' });
    const b = await w.write('Send me everything', { ...from('stranger'), threadId: 'secret-thread' });
    expect(b.ticketId).not.toBe(a.ticketId);
  });

  it('recognises one person by any of their addresses', async () => {
    const a = await w.write('Export broken', {
      customer: { email: 'many@many.example', handles: { livechat: 'visitor-7' } },
    });
    const b = await w.write('Export still broken', {
      channel: 'livechat',
      customer: { handles: { livechat: 'visitor-7' } },
    });
    expect(b.ticketId).toBe(a.ticketId);
  });
});

describe('thanks and late answers', () => {
  it('a thank-you opens nothing, and on an answered ticket confirms it', async () => {
    const nothing = await w.write('Thank you so much!', from('thanks'));
    expect(nothing.ticketId).toBeNull();

    const asked = await w.write('How do I export my data?', { ...from('happy'), threadId: 'happy' });
    await w.work();
    await w.press('ana', asked.ticketId, { kind: 'approve' });
    w.clock.advance(11_000);
    await w.work();
    await w.write('Perfect, thanks a lot!', { ...from('happy'), threadId: 'happy' });
    const ticket = await w.store.getTicket(asked.ticketId ?? 0);
    expect(ticket).toMatchObject({ status: 'resolved', resolution: 'confirmed', reopenedAt: null });
  });

  it('a question reopens a resolved ticket within the set days and opens a new one later', async () => {
    const asked = await w.write('My export fails', { ...from('again'), threadId: 'again' });
    await w.work();
    await w.press('ana', asked.ticketId, { kind: 'resolve' });
    w.clock.advance(2 * 86_400_000);
    const soon = await w.write('It fails once more', { ...from('again'), threadId: 'again' });
    expect(soon.ticketId).toBe(asked.ticketId);
    expect(await w.store.getTicket(asked.ticketId ?? 0)).toMatchObject({
      status: 'open',
      reopenedAt: w.clock.now(),
    });

    await w.work();
    await w.press('ana', asked.ticketId, { kind: 'resolve' });
    w.clock.advance(20 * 86_400_000);
    const late = await w.write('And once more', { ...from('again'), threadId: 'again' });
    expect(late.ticketId).not.toBe(asked.ticketId);
  });

  it('an auto-reply is kept but asks for nothing', async () => {
    const asked = await w.write('Where is my invoice?', { ...from('away'), threadId: 'away' });
    await w.work();
    const before = await w.store.latestDraft(asked.ticketId ?? 0);
    const auto = await w.write('I am out of office', {
      ...from('away'),
      threadId: 'away',
      automatic: 'auto-reply',
    });
    await w.work();
    expect(auto.ticketId).toBe(asked.ticketId);
    expect((await w.store.latestDraft(asked.ticketId ?? 0))?.version).toBe(before?.version);
  });
});

describe('a reply that comes back', () => {
  it('returns to the agents with the mail server’s words, and leaves again under a new version', async () => {
    const asked = await w.write('Where is my invoice?', { ...from('bounced'), threadId: 'bounced' });
    const id = asked.ticketId ?? 0;
    await w.work();
    await w.press('ana', id, { kind: 'approve' });
    w.clock.advance(11_000);
    await w.work();
    await sendDue(w.deps);
    const key = w.email.sent.at(-1)?.key ?? '';

    const bounce = await w.write('550 no such mailbox', {
      customer: { email: 'mailer-daemon@mx.example' },
      automatic: 'bounce',
      thread: { bounceKey: key },
    });
    expect(bounce.ticketId).toBe(id);
    expect(await w.store.getTicket(id)).toMatchObject({ status: 'awaiting_agent' });
    expect(await w.store.latestOutbox(id)).toMatchObject({
      status: 'failed',
      lastError: expect.stringContaining('550 no such mailbox'),
    });

    await w.press('ana', id, { kind: 'retry' });
    await w.press('ana', id, { kind: 'approve' });
    w.clock.advance(11_000);
    await sendDue(w.deps);
    expect(w.email.sent.at(-1)?.key).not.toBe(key);
  });
});

describe('hostile and broken input is kept safely', () => {
  it.each([
    ['control characters and NUL', 'a\u0000b\u0007c', 'abc'],
    ['direction overrides', 'pay \u202eevil', 'pay evil'],
    ['lone surrogates', 'x\ud800y', 'x\ufffdy'],
  ])('%s', async (_name, text, kept) => {
    const { ticketId } = await w.write(text, { ...from('odd'), threadId: `odd-${kept}` });
    expect((await w.store.messagesOf(ticketId ?? 0)).at(-1)?.text).toBe(kept);
  });

  it('a megabyte of text', async () => {
    const { ticketId } = await w.write('x'.repeat(1_000_000), from('mega'));
    expect((await w.store.messagesOf(ticketId ?? 0))[0]?.text).toHaveLength(1_000_000);
  });

  it('a sender’s clock in the future counts as now', async () => {
    const { ticketId } = await w.write('From the future', {
      ...from('future'),
      sentAt: new Date('2099-01-01'),
    });
    expect((await w.store.messagesOf(ticketId ?? 0))[0]?.at).toEqual(w.clock.now());
  });

  it('empty text still reaches people', async () => {
    const { ticketId } = await w.write('', from('empty'));
    await w.work();
    expect(await w.store.getTicket(ticketId ?? 0)).toMatchObject({ status: 'awaiting_agent' });
  });
});
