// Serves a workspace: hands the HTTP app what it needs of a bot.
import { makeDashboard, makeSignals, ticketsBehind } from '../flows/dashboard.ts';
import { figuresByDay } from '../flows/day-figures.ts';
import { optOut } from '../flows/opt-out.ts';
import { createApp } from '../infra/http/app.ts';
import { createTicketReader } from '../infra/http/ticket-reader.ts';
import type { MetricsRegistry } from '../infra/metrics.ts';
import type { Clock, Log } from '../ports.ts';
import type { Bot } from './bot.ts';

/** The app that answers on the port while this workspace runs. */
export function appOf(
  bot: Bot,
  deps: {
    token: string;
    metrics: MetricsRegistry;
    log: Log;
    clock: Clock;
  },
) {
  const { store } = bot;
  const page = bot.platforms.get('console');

  return createApp({
    ...deps,
    routes: bot.routes,
    tickets: createTicketReader(store),
    act: bot.actOnTicket,
    recordEvent: bot.recordEvent,
    customerOf: bot.customerOf,
    attachment: (id) => store.getAttachment(id),
    mayRead: async (request, peer) => (await page?.mayRead?.(request, peer)) ?? false,
    health: bot.health,
    figures: async (from, to, slice) => {
      const [figures, outreach] = await Promise.all([
        store.figures(from, to, slice),
        store.outreachFigures({ from, to }),
      ]);
      return { ...figures, outreach };
    },
    figuresByDay: (from, to, slice) => figuresByDay(bot.flows, { from, to }, slice),
    dashboard: {
      overview: (asked) => makeDashboard(bot.flows, asked),
      signals: (asked) => makeSignals(bot.flows, asked),
      behind: (asked, drill, page) => ticketsBehind(bot.flows, asked, drill, page),
    },
    optOut: (customerId) => store.transaction((tx) => optOut(tx, customerId, bot.flows.clock.now())),
    clusters: () => store.clusterSummaries(),
    console: page !== undefined,
  });
}
