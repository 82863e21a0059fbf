// Words in threads: of a ticket, of a burst, and of cards about bugs, messages, alerts and issues.
import type { ActionReply, AgentRef } from '../model/platform.ts';
import { parseTicketKey, ticketKey } from '../model/ticket.ts';
import { type Actor, refusal } from './agents.ts';
import { notice } from './answers.ts';
import type { FlowDeps } from './deps.ts';
import { ADDRESSED, threadMessage } from './thread.ts';

interface Words {
  actor: Actor | null;
  agent: AgentRef;
  text: string;
  /** The platform's, so that the same text delivered twice is one note. */
  id: string;
}

/** Words of one ticket's thread: a note, or an order to the bot. */
export async function wordsOnTicket(deps: FlowDeps, ticketId: number, words: Words): Promise<ActionReply> {
  const { actor, agent, text, id } = words;
  const result = await threadMessage(deps, { ticketId, actor, text, id, platform: agent.platform });
  return result.notice ? notice(result.notice, result.ok) : { kind: 'none', kept: true };
}

/**
 * Many tickets share the thread of a burst: the words say which one is meant, at their beginning or by naming only
 * one. Else whoever could have written a note is told how; what others write is between them.
 */
export async function wordsInBurst(deps: FlowDeps, burstId: number, words: Words): Promise<ActionReply> {
  const { actor, text } = words;
  const ids = (await deps.store.getBurst(burstId))?.tickets.map((one) => one.id) ?? [];
  const order = ADDRESSED.exec(text)?.[0] ?? '';
  const rest = text.slice(order.length);
  const first = LEADING.exec(rest);
  const begins = idIn(ids, first?.[1]);
  if (first && begins !== null)
    return wordsOnTicket(deps, begins, { ...words, text: order + rest.slice(first[0].length) });
  const named = new Set([...text.matchAll(NAMED)].map(([key]) => idIn(ids, key)));
  const [meant] = named.size > 0 ? named : ids;
  const sure = named.size === 1 || (named.size === 0 && ids.length === 1);
  if (sure && meant !== null && meant !== undefined) return wordsOnTicket(deps, meant, words);
  if (!order && refusal(actor, 'note')) return { kind: 'none' };
  const key = ticketKey(ids[0] ?? 1042);
  return notice(
    `Nothing was kept: ${ids.length} tickets share this thread, so it is not clear which one you mean. Begin with its number, as in "${key} she called" or "@deskhand ${key} shorter"; its card's menu takes notes, too.`,
    false,
  );
}

/** Cards that are about no ticket take no notes: people talk under them as they like, and only words to the bot are answered. */
export function wordsUnder(key: string, { text }: Words): ActionReply {
  if (!ADDRESSED.test(text)) return { kind: 'none' };
  return notice(
    `This thread is about ${key}, which has no draft to change: its buttons do what can be done here. Drafts are changed in the threads of their tickets.`,
    false,
  );
}

const LEADING = /^\s*(T-\d{1,9})\b[\s:,]*/i;
const NAMED = /\bT-\d{1,9}\b/gi;

function idIn(ids: number[], key: string | undefined): number | null {
  const id = parseTicketKey(key ?? '');
  return id !== null && ids.includes(id) ? id : null;
}
