// What agents write in a card's thread: internal notes, unless it is addressed to the bot.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import { MAIN_COMMANDS } from '../model/commands.ts';
import { addNote } from './add-note.ts';
import { insertAgentDraft } from './agent-draft.ts';
import { type Actor, rightRefusal } from './agents.ts';
import { type FlowDeps, UNRESOLVED } from './deps.ts';
import { redraft } from './redraft.ts';

/** `@deskhand …` at the start of a line of the thread. */
export const ADDRESSED = /^\s*@deskhand[\s:,]*/i;
const SEND = /^send\s*:\s*/i;
/** Words that mean a button, and those that mean nothing beside one. */
const BUTTONS = 'send approve undo retry escalate take release assign snooze resolve close'.split(' ');
const FILLERS = ['it', 'this', 'that', 'now', 'please'];

const HELP =
  'Say what to change, e.g. "@deskhand shorter", "@deskhand more apologetic, offer a call", "@deskhand macro TITLE" for a ready answer, or "@deskhand send: TEXT" to put your own text on the card.';

interface ThreadResult {
  ok: boolean;
  /** Private answer to the agent, or null when there is nothing to say. */
  notice: string | null;
}

/**
 * Takes a text from a thread. `id` is the platform's, so that the same text delivered twice is one note.
 * Nothing in a thread is sent to the customer: `@deskhand send: …` only makes a version to approve.
 */
export async function threadMessage(
  deps: FlowDeps,
  request: { ticketId: number; actor: Actor | null; text: string; id: string; platform: string },
): Promise<ThreadResult> {
  const { ticketId, actor, text } = request;
  const refused = rightRefusal(deps.settings, actor, 'note');
  if (refused || !actor) return { ok: false, notice: refused };
  if (!text.trim()) return { ok: false, notice: 'The note is empty.' };

  const addressed = ADDRESSED.test(text);
  const order = text.replace(ADDRESSED, '').trim();
  const elsewhere = addressed && doneElsewhere(order);
  if (elsewhere) return { ok: false, notice: elsewhere };

  const origin = { channel: request.platform, externalId: `note:${request.id}` };
  if (await deps.store.findMessage(origin.channel, origin.externalId)) return { ok: true, notice: null };
  const result = await deps.store.transaction(async (tx): Promise<ThreadResult> => {
    const ticket = await tx.lockTicket(ticketId);
    if (!ticket) return { ok: false, notice: 'This ticket no longer exists.' };
    if (await tx.findMessage(origin.channel, origin.externalId)) return { ok: true, notice: null };
    const outside = addressed && rightRefusal(deps.settings, actor, 'edit', ticket.category);
    if (outside) return { ok: false, notice: outside };
    await addNote({ tx, deps, ticket, actor }, text, origin);
    if (!addressed) {
      await tx.updateTicket(ticketId, {});
      return { ok: true, notice: null };
    }
    if (ticket.status === 'sending' || (await tx.isSending(ticketId)))
      return { ok: false, notice: 'A reply is on its way. Undo it first.' };
    if (SEND.test(order))
      return ownText(tx, ticket, {
        text: order.replace(SEND, '').trim(),
        author: actor.name,
        now: deps.clock.now(),
      });
    await tx.updateTicket(ticketId, {
      instructions: [...ticket.instructions, order.slice(0, 500)],
      draftedSeq: redraft({ ...ticket, status: 'open' }),
    });
    return { ok: true, notice: `Rewriting: ${order.slice(0, 100)}` };
  });
  await deps.wake.ticket(ticketId, 1);
  return result;
}

/** The agent's own words become the next version; the card shows them with Approve & send. */
async function ownText(
  tx: Queries,
  ticket: TicketRow,
  words: { text: string; author: string; now: Date },
): Promise<ThreadResult> {
  if (!words.text) return { ok: false, notice: 'There is no text after "send:".' };
  const before = await tx.latestDraft(ticket.id);
  await insertAgentDraft(tx, { ...words, text: words.text.slice(0, 20_000), ticket, before });
  // The engine need not draft what a person has written.
  await tx.updateTicket(ticket.id, {
    draftedSeq: ticket.inboundSeq,
    status: 'awaiting_agent',
    snoozedUntil: null,
    ...UNRESOLVED,
  });
  return {
    ok: true,
    notice:
      'Your text is on the card. Nothing is sent until you press Approve & send; Drop this text brings the draft back.',
  };
}

/** Where that is done which is no instruction for the draft; null for an instruction. */
function doneElsewhere(order: string): string | null {
  const [word = '', ...rest] = order.toLowerCase().match(/[\w-]+/g) ?? [];
  const alone = rest.every((one) => FILLERS.includes(one));
  if (alone && ['', 'help'].includes(word)) return HELP;
  if (alone && BUTTONS.includes(word))
    return `Nothing was ${word === 'send' ? 'sent' : 'done'}: that takes a button of the card, such as Approve & send. To put your own text on the card, write "@deskhand send: TEXT".`;
  const isCommand = MAIN_COMMANDS.some((one) => one.word === word);
  const said = order.slice(0, 40);
  if (isCommand && (rest.length === 0 || word === 'ticket'))
    return `"${said}" is a command: write "/deskhand ${said}" (on Teams "@Deskhand ${said}", outside of a card's thread).`;
  return null;
}
