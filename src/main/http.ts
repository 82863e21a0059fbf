// Serves a workspace: hands the HTTP app what it needs of a bot.
import { createApp } from '../infra/http/app.ts';
import type { TicketRecord } from '../infra/http/deps.ts';
import type { MetricsRegistry } from '../infra/metrics.ts';
import type { Clock, Log } from '../ports.ts';
import type { Bot } from './bot.ts';

export function appOf(bot: Bot, deps: { token: string; metrics: MetricsRegistry; log: Log; clock: Clock }) {
  const { store } = bot;
  const page = bot.platforms.get('console');

  async function record(ticket: Awaited<ReturnType<typeof store.getTicket>>): Promise<TicketRecord | null> {
    if (!ticket) return null;
    const [customer, messages, drafts, decisions, outbox] = await Promise.all([
      store.getCustomer(ticket.customerId),
      store.messagesOf(ticket.id),
      store.draftsOf(ticket.id),
      store.decisionsOf(ticket.id),
      store.outboxOf(ticket.id),
    ]);
    return { ticket, customer, messages, drafts, decisions, outbox };
  }

  return createApp({
    ...deps,
    routes: bot.routes,
    tickets: {
      async list(filter) {
        const records = await Promise.all((await store.listTickets(filter)).map(record));
        return records.filter((one) => one !== null);
      },
      get: async (id) => record(await store.getTicket(id)),
    },
    act: bot.actOnTicket,
    recordEvent: bot.recordEvent,
    attachment: (id) => store.getAttachment(id),
    mayRead: async (request, peer) => (await page?.mayRead?.(request, peer)) ?? false,
    health: bot.health,
    figures: bot.figures.figures,
    clusters: () => bot.figures.clusterSummaries(),
    console: page !== undefined,
  });
}
