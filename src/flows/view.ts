// Gathers what a ticket's card is drawn from.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import { dueView } from '../insights/service-clock.ts';
import type { TicketView } from '../model/view.ts';
import type { FlowDeps } from './deps.ts';

type ViewDeps = Pick<FlowDeps, 'clock' | 'engine' | 'settings' | 'taxonomy' | 'publicUrl'>;

/** Everything that people see of a ticket. `working` tells the card that a draft is being made. */
export async function ticketView(
  store: Queries,
  deps: ViewDeps,
  ticket: TicketRow,
  { working = false }: { working?: boolean } = {},
): Promise<TicketView> {
  const [customer, messages, draft, decisions, outbox, sameAs, clocks] = await Promise.all([
    store.getCustomer(ticket.customerId),
    store.messagesOf(ticket.id),
    store.latestDraft(ticket.id),
    store.decisionsOf(ticket.id),
    store.latestOutbox(ticket.id),
    store.sameAs(ticket.id),
    store.clocksOf(ticket.id),
  ]);
  const replied = outbox && (draft?.id === outbox.draftId ? draft : await store.draftById(outbox.draftId));
  return {
    ticket,
    customer,
    messages,
    draft,
    offers: deps.engine.offers(),
    decisions,
    outbox: outbox && { ...outbox, draftVersion: replied?.version ?? 0 },
    context: ticket.context,
    due: dueView(clocks, deps.clock.now()),
    sameAs,
    similarCount: draft?.sources.filter((source) => source.kind === 'exemplar').length ?? 0,
    categoryName: (id) => categoryName(deps, id),
    fileUrl: (id) => `${deps.publicUrl}/api/attachments/${id}`,
    now: deps.clock.now(),
    timeZone: deps.settings.workspace.timeZone,
    working,
  };
}

/** What people call a category; its id when the taxonomy no longer has it. */
export function categoryName(deps: Pick<FlowDeps, 'taxonomy'>, id: string): string {
  return deps.taxonomy.categories.find((category) => category.id === id)?.name ?? id;
}
