// Small cards for threads and channels: a new message, a note, what was sent, and help.
import type { Block, Card } from '../model/card.ts';
import type { Customer } from '../model/customer.ts';
import type { Message } from '../model/message.ts';
import { ticketKey } from '../model/ticket.ts';
import type { TicketView } from '../model/view.ts';
import { filesOf } from './files.ts';
import { titledCard } from './titled.ts';
import { channelName, cut, line, plain, time, type When, writtenBy } from './words.ts';

/** Characters of a message; its thread is no place for more. */
const SHOWN = 3_000;

/** A message of the conversation as it is posted into the ticket's thread. */
export function threadCard(message: Message, when: When & Pick<TicketView, 'fileUrl'>): Card {
  switch (message.direction) {
    case 'inbound':
      return customerMessageCard(message, when);
    case 'note':
      return noteCard({ by: message.author, text: message.text, at: message.at }, when);
    case 'outbound':
      return replyCard(message, when);
  }
}

/** A card in a thread that several tickets share, naming its own. */
export function belongingTo(key: string, card: Card): Card {
  return {
    ...card,
    fallback: `${key}: ${card.fallback}`,
    blocks: [{ type: 'text', style: 'strong', text: key }, ...card.blocks],
  };
}

/** What was sent to the customer. */
function replyCard({ author, channel, text, at }: Message, when: When): Card {
  const who = `${line(author, 60)} replied`;
  return quoteCard({ of: 'reply', who, label: `${who} · ${channelName(channel)} · ${time(at, when)}`, text });
}

/** The customer wrote again; posted into the ticket's thread. */
function customerMessageCard(message: Message, when: When & Pick<TicketView, 'fileUrl'>): Card {
  const who = line(message.author, 60);
  const card = quoteCard({ of: 'customer', who, label: writtenBy(message, when), text: message.text });
  return { ...card, blocks: [...card.blocks, ...filesOf(message, when)] };
}

/** An internal note, from the form or another platform's thread. */
export function noteCard({ by, text, at }: { by: string; text: string; at: Date }, when: When): Card {
  const who = `Note by ${line(by, 60)}`;
  return quoteCard({ of: 'note', who, label: `${who} · ${time(at, when)}`, text });
}

/** On the card: that there are words which customers never see, and whose are the newest. Nothing without any. */
export function notesLine({ messages, ...when }: When & Pick<TicketView, 'messages'>): Block[] {
  const notes = messages.filter(({ direction }) => direction === 'note');
  const newest = notes.at(-1);
  if (!newest) return [];
  const by = `by ${line(newest.author, 60)} ${time(newest.at, when)}`;
  const text =
    notes.length === 1 ? `Internal note ${by}` : `${notes.length} internal notes, the newest ${by}`;
  return [{ type: 'context', text }];
}

/** Words of somebody, under who said them. */
function quoteCard(said: {
  of: 'customer' | 'reply' | 'note';
  who: string;
  label: string;
  text: string;
}): Card {
  const { of, who, label, text } = said;
  return {
    tone: of === 'reply' ? 'good' : 'neutral',
    fallback: `${who}: ${line(text, 120)}`,
    ref: null,
    blocks: [{ type: 'quote', of, label, ...cut(plain(text) || '(no text)', SHOWN) }],
  };
}

/** What a customer received; the sample mailbox shows these. */
export function sentReplyCard(
  reply: {
    ticketId: number;
    to: Pick<Customer, 'name' | 'email'>;
    subject: string | null;
    text: string;
    by: string;
    channel: string;
    at: Date;
  },
  when: When,
): Card {
  const to = line(reply.to.name ?? reply.to.email ?? 'the customer', 80);
  return {
    tone: 'good',
    fallback: `To ${to}: ${line(reply.subject ?? reply.text, 120)}`,
    ref: null,
    blocks: [
      {
        type: 'header',
        text: line(reply.subject ?? `Reply to ${to}`, 150),
        chips: [
          { kind: 'id', text: ticketKey(reply.ticketId) },
          {
            kind: 'customer',
            text: `to ${to}${reply.to.email && reply.to.name ? ` <${line(reply.to.email, 100)}>` : ''}`,
          },
          { kind: 'category', text: channelName(reply.channel) },
        ],
      },
      {
        type: 'quote',
        of: 'reply',
        label: `Sent by ${line(reply.by, 60)} ${time(reply.at, when)}`,
        ...cut(plain(reply.text), 6_000),
      },
    ],
  };
}

/** One line of news in a thread or channel. */
export function newsCard(text: string, tone: 'good' | 'warning' | 'neutral' = 'neutral'): Card {
  const words = line(text, 1000);
  return { tone, fallback: words, ref: null, blocks: [{ type: 'outcome', tone, text: words }] };
}

/** For one person's eyes: a link that signs a browser in. The words for lock screens do not have it. */
export function signInCard({ url, name, minutes }: { url: string; name: string; minutes: number }): Card {
  return titledCard(
    'Your link to the dashboard',
    { type: 'fields', fields: [{ label: 'Dashboard', value: 'Open it in your browser', url }] },
    {
      type: 'context',
      text: `It signs one browser in as ${line(name, 60)}, once, within ${minutes} minutes. Keep it to yourself.`,
    },
  );
}

/** What `/deskhand` and `@deskhand` understand. `asked`: what somebody wrote that is none of it. */
export function helpCard(commands: { command: string; says: string }[], asked = ''): Card {
  return titledCard(
    asked ? `There is no command “${line(asked, 40)}”` : 'What Deskhand understands',
    { type: 'fields', fields: commands.map(({ command, says }) => ({ label: command, value: says })) },
    {
      type: 'context',
      text: 'In a thread, what you write is internal. Start with @deskhand to change the draft: "@deskhand shorter", "@deskhand more apologetic, offer a call", "@deskhand send: TEXT".',
    },
  );
}
