// A reply as the bytes of a mail: what mail programs read in its head.
import { expect, test } from 'vitest';
import { composeReply } from '../../../adapters/intake/email/compose.ts';
import type { OutboundReply } from '../../../src/model/message.ts';

const mailbox = { from: { name: 'Desk', address: 'desk@desk.example' } };
const reply: OutboundReply = {
  key: 'T-1.1.1',
  ticketId: 1,
  to: { email: 'ana@customer.example' },
  subject: 'Your payment did not go through',
  text: 'Hi Ana',
  by: 'Ben',
  thread: {},
};
const MAIL = '<mailto:desk@desk.example?subject=unsubscribe&body=unsubscribe>';

/** The head with its folded lines joined. */
async function headOf(more: Partial<OutboundReply>): Promise<string> {
  const { raw } = await composeReply({ ...reply, ...more }, mailbox, new Date(0));
  return (
    raw
      .toString()
      .split('\r\n\r\n')[0]
      ?.replace(/\r\n\s+/g, ' ') ?? ''
  );
}

test('a message of ours can be unsubscribed from in one click, or by mail', async () => {
  const url = `https://desk.example/unsubscribe/7.${'x'.repeat(43)}`;
  const head = await headOf({ unsubscribe: { url } });
  expect(head).toContain(`List-Unsubscribe: <${url}>, ${MAIL}`);
  expect(head).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
});

test('without a public address by mail alone, and one click is not promised', async () => {
  const head = await headOf({ unsubscribe: { url: null } });
  expect(head).toContain(`List-Unsubscribe: ${MAIL}`);
  expect(head).not.toContain('List-Unsubscribe-Post');
});

test('a reply to what somebody asked has none of it', async () => {
  expect(await headOf({})).not.toContain('List-Unsubscribe');
});
