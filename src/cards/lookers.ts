// Who is reading a ticket, in one quiet line.
import type { Block } from '../model/card.ts';
import type { Ticket } from '../model/ticket.ts';
import { count, line } from './words.ts';

/** How many people are named. */
const NAMED = 3;

/** "Ana and Ben are looking at it"; nothing when nobody is. */
export function lookersOf({ looking }: Pick<Ticket, 'looking'>): Block[] {
  if (looking.length === 0) return [];
  const names = looking.slice(0, NAMED).map((name) => line(name, 40));
  if (looking.length > NAMED) names.push(count(looking.length - NAMED, 'other'));
  const who = new Intl.ListFormat('en').format(names);
  return [{ type: 'context', text: `${who} ${looking.length === 1 ? 'is' : 'are'} looking at it` }];
}
