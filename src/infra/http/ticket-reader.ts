// Reads tickets with all that belongs to them from the database.
import type { TicketRow } from '../db/queries/conversations.ts';
import type { Queries } from '../db/queries/index.ts';
import type { TicketReader, TicketRecord } from './deps.ts';

type Reads = Pick<
  Queries,
  'listTickets' | 'getTicket' | 'getCustomer' | 'messagesOf' | 'draftsOf' | 'decisionsOf' | 'outboxOf'
>;

/** Reads through the queries of a workspace. */
export function createTicketReader(store: Reads): TicketReader {
  async function complete(ticket: TicketRow): Promise<TicketRecord> {
    const [customer, messages, drafts, decisions, outbox] = await Promise.all([
      store.getCustomer(ticket.customerId),
      store.messagesOf(ticket.id),
      store.draftsOf(ticket.id),
      store.decisionsOf(ticket.id),
      store.outboxOf(ticket.id),
    ]);
    return { ticket, customer, messages, drafts, decisions, outbox };
  }

  return {
    async list(filter) {
      const records: TicketRecord[] = [];
      // One after the other, so that a long list leaves connections to the agents' clicks.
      for (const ticket of await store.listTickets(filter)) records.push(await complete(ticket));
      return records;
    },

    async get(id) {
      const ticket = await store.getTicket(id);
      return ticket && complete(ticket);
    },
  };
}
