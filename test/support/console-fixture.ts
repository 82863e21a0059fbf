// The console alone, before a small made-up backend: for its tests, and to look at it.
// Run it: `node test/support/console-fixture.ts [port]`.

import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createConsole } from '../../adapters/chat/console/index.ts';
import { detailsCards } from '../../src/cards/details.ts';
import { createTicketForm, ticketForm } from '../../src/cards/forms.ts';
import { handoffCard } from '../../src/cards/handoff.ts';
import { listCard } from '../../src/cards/list.ts';
import { helpCard, newsCard, noteCard, sentReplyCard, threadCard } from '../../src/cards/notes.ts';
import { replyText, ticketCard } from '../../src/cards/ticket.ts';
import { DECISION_FORMS } from '../../src/model/card.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { ActionReply, AgentAction, MessageRef } from '../../src/model/platform.ts';
import { parseTicketKey, ticketKey } from '../../src/model/ticket.ts';
import type { TicketView } from '../../src/model/view.ts';
import type { AdapterStore, AgentEntry, Bus, Clock, WorkspaceStatus } from '../../src/ports.ts';
import { adapterDeps } from './adapter-memory.ts';
import { aTicket, CATEGORIES } from './ticket-views.ts';

export const AGENTS: AgentEntry[] = [
  { name: 'Ana Lindqvist', email: 'ana@crewlane.example', role: 'lead' },
  { name: 'Bruno Costa', email: 'bruno@crewlane.example', role: 'agent' },
  { name: 'Chi Nakamura', email: 'chi@crewlane.example', role: 'agent' },
  { name: 'Dev Rao', email: 'dev@crewlane.example', role: 'viewer' },
];

export interface ConsoleFixture {
  url: string;
  console: ReturnType<typeof createConsole>;
  /** What agents did, in order. */
  actions: AgentAction[];
  /** Posts a ticket to #support. */
  add(view: TicketView): Promise<MessageRef>;
  view(id: number): TicketView;
  stop(): Promise<void>;
}

interface Options {
  port?: number;
  agents?: AgentEntry[];
  status?: WorkspaceStatus;
  store?: AdapterStore;
  bus?: Bus;
  clock?: Clock;
  publicUrl?: string;
  /** Address that the console takes the visitor for. */
  peer?: string;
  /** How long "sending" lasts. */
  undoMs?: number;
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error };

/** Starts the console on a port of 127.0.0.1 (0: any). */
export async function startConsoleFixture(options: Options = {}): Promise<ConsoleFixture> {
  const clock = options.clock ?? { now: () => new Date() };
  const agents = options.agents ?? AGENTS;
  const platform = createConsole(
    {
      name: 'Crewlane',
      channels: ['support', 'bugs', 'digests', 'sent'].map((id) => ({ id, purpose: PURPOSES[id] ?? '' })),
      port: options.port ?? 0,
      publicUrl: options.publicUrl ?? null,
    },
    adapterDeps({
      clock,
      log: quiet,
      ...(options.store && { store: options.store }),
      ...(options.bus && { bus: options.bus }),
      agents,
      status: () => options.status ?? { sample: true, indexing: null, notices: [] },
    }),
  );
  const tickets = new Map<number, { view: TicketView; post: MessageRef }>();
  const actions: AgentAction[] = [];
  const timers = new Set<NodeJS.Timeout>();

  async function change(id: number, patch: Partial<TicketView>): Promise<void> {
    const ticket = tickets.get(id);
    if (!ticket) return;
    ticket.view = { ...ticket.view, now: clock.now(), ...patch };
    await platform.update(ticket.post, ticketCard(ticket.view));
  }

  async function send(id: number, by: string, draftVersion: number): Promise<void> {
    const ticket = tickets.get(id);
    if (!ticket) return;
    const { view } = ticket;
    const undoMs = options.undoMs ?? 10_000;
    const sendAfter = new Date(clock.now().getTime() + undoMs);
    const row = { sendAfter, lastError: null, by, sentAt: null, draftVersion };
    await change(id, { ticket: { ...view.ticket, status: 'sending' }, outbox: { ...row, status: 'queued' } });
    const timer = setTimeout(async () => {
      timers.delete(timer);
      const now = tickets.get(id)?.view;
      if (now?.outbox?.status !== 'queued' || !now.draft) return;
      await change(id, {
        ticket: { ...now.ticket, status: 'awaiting_customer' },
        outbox: { ...row, status: 'sent', sentAt: clock.now() },
      });
      const sent = {
        ticketId: id,
        to: now.customer,
        subject: `Re: ${now.ticket.subject}`,
        by,
        channel: 'email',
        at: clock.now(),
      };
      await platform.post(
        { platform: 'console', channel: 'sent' },
        sentReplyCard({ ...sent, text: replyText(now, now.draft) }, now),
      );
    }, undoMs);
    timers.add(timer);
  }

  async function decide(id: number, decision: Decision, by: string, version: number): Promise<ActionReply> {
    const ticket = tickets.get(id);
    if (!ticket) return { kind: 'notice', ok: false, text: 'There is no such ticket' };
    const { view, post } = ticket;
    if ((decision.kind === 'approve' || decision.kind === 'edit') && view.ticket.status !== 'awaiting_agent')
      return {
        kind: 'notice',
        ok: false,
        text: `${view.outbox?.by ?? 'Somebody'} was faster: the reply is on its way`,
      };
    const record = {
      id: view.decisions.length + 1,
      ticketId: id,
      draftVersion: version,
      kind: decision.kind,
      decision,
      by,
      at: clock.now(),
      undoneAt: null,
    };
    const decisions = [...view.decisions, record];
    ticket.view = { ...view, decisions };
    const patch = (over: Partial<TicketView['ticket']>) =>
      change(id, { ticket: { ...view.ticket, ...over }, decisions });
    switch (decision.kind) {
      case 'approve':
      case 'edit':
      case 'retry':
        await send(id, by, version);
        break;
      case 'undo':
        await change(id, {
          ticket: { ...view.ticket, status: 'awaiting_agent' },
          outbox: view.outbox && { ...view.outbox, status: 'cancelled', lastError: `${by} undid it` },
          decisions: decisions.map((d) =>
            d.kind === 'approve' || d.kind === 'edit' ? { ...d, undoneAt: clock.now() } : d,
          ),
        });
        break;
      case 'escalate':
        await patch({ escalatedTo: decision.to });
        await platform.post(
          { platform: 'console', channel: 'support', thread: post },
          handoffCard({ ...ticket.view, ticket: { ...view.ticket, escalatedTo: decision.to } }),
        );
        return { kind: 'notice', ok: true, text: `Handed to ${decision.to}` };
      case 'take':
        await patch({ assignee: by });
        break;
      case 'assign':
        await patch({ assignee: decision.to });
        break;
      case 'release':
        await patch({ assignee: null });
        break;
      case 'snooze':
        await patch({ status: 'snoozed', snoozedUntil: new Date(decision.until) });
        break;
      case 'reclassify':
        await patch({ category: decision.category });
        return { kind: 'notice', ok: true, text: 'Thank you, learned' };
      case 'prioritise':
        await patch({
          priority: {
            level: decision.priority,
            score: 50,
            factors: [{ name: 'agent', points: 50, text: `${by} said so` }],
          },
        });
        break;
      case 'note':
        await platform.post(
          { platform: 'console', channel: 'support', thread: post },
          noteCard({ by, text: decision.text, at: clock.now() }, view),
        );
        break;
      case 'resolve':
        await patch({ status: 'resolved', resolvedAt: clock.now() });
        break;
      case 'reject':
        await patch({ status: 'resolved', resolution: 'rejected', resolvedAt: clock.now() });
        break;
      case 'flag':
      case 'link':
        return { kind: 'notice', ok: true, text: 'Noted' };
    }
    return { kind: 'none' };
  }

  async function onAction(action: AgentAction): Promise<ActionReply> {
    actions.push(action);
    const { intent, ref, agent } = action;
    const by = agent.name ?? agent.userId;
    if (intent.type === 'command' && intent.text.startsWith('search '))
      return { kind: 'card', card: listCard('Found', { rows: [aTicket()], total: 1 }, (key) => key) };
    if (intent.type === 'command') return { kind: 'card', card: helpCard(COMMANDS) };
    if (intent.type === 'create_ticket')
      return { kind: 'form', form: createTicketForm(intent.message, true) };
    if (intent.type === 'submit' && intent.form === 'create_ticket')
      return { kind: 'notice', ok: true, text: 'T-2001 is open' };
    const id = ref ? parseTicketKey(ref.ticketId) : null;
    const ticket = id === null ? undefined : tickets.get(id);
    if (!ref || id === null || !ticket) return { kind: 'notice', ok: false, text: 'There is no such ticket' };
    switch (intent.type) {
      case 'act':
      case 'submit':
        return { kind: 'notice', ok: true, text: 'Noted' };
      case 'open_form': {
        const form = DECISION_FORMS.find((candidate) => candidate === intent.form);
        if (!form) return { kind: 'none' };
        return {
          kind: 'form',
          form: ticketForm(form, ticket.view, {
            agents,
            teams: ['billing', 'engineering'],
            categories: [...CATEGORIES].map(([key, name]) => ({ id: key, name })),
            timeZone: ticket.view.timeZone,
            now: clock.now(),
          }),
        };
      }
      case 'decision':
        if (agents.find((a) => a.email === agent.email)?.role === 'viewer')
          return {
            kind: 'notice',
            ok: false,
            text: 'You may look at tickets, not answer them. Ask a lead for the role agent.',
          };
        return decide(id, intent.decision, by, ref.draftVersion);
      case 'show':
        for (const card of detailsCards(ticket.view, SIMILAR))
          await platform.post({ platform: 'console', channel: 'support', thread: ticket.post }, card);
        return { kind: 'none' };
      case 'looking':
        await change(id, { ticket: { ...ticket.view.ticket, looking: intent.on ? [by] : [] } });
        return { kind: 'none' };
      case 'thread':
        if (!intent.text.startsWith('@deskhand')) return { kind: 'none' };
        if (ticket.view.draft)
          await change(id, {
            draft: {
              ...ticket.view.draft,
              version: ticket.view.draft.version + 1,
              text: `${ticket.view.draft.text.split('\n').slice(0, 3).join('\n')}\n\nAna`,
            },
          });
        return { kind: 'notice', ok: true, text: 'A shorter draft is on the card' };
    }
  }

  const app = new Hono();
  for (const route of platform.routes)
    app.on(route.method, route.path, (c) =>
      route.handle(c.req.raw, c.req.param(), { address: options.peer ?? '127.0.0.1' }),
    );
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started = serve({ fetch: app.fetch, port: options.port ?? 0, hostname: '127.0.0.1' }, () =>
      resolve(started),
    );
  });
  await platform.start(onAction);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  return {
    url: `http://localhost:${port}`,
    console: platform,
    actions,
    async add(view) {
      const post = await platform.post({ platform: 'console', channel: 'support' }, ticketCard(view));
      tickets.set(view.ticket.id, { view, post });
      for (const message of view.messages.slice(1))
        await platform.post(
          { platform: 'console', channel: 'support', thread: post },
          threadCard(message, view),
        );
      return post;
    },
    view(id) {
      const ticket = tickets.get(id);
      if (!ticket) throw new Error(`no ticket ${ticketKey(id)}`);
      return ticket.view;
    },
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      await platform.stop();
      await new Promise((resolve) => {
        server.close(resolve);
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
  };
}

const PURPOSES: Record<string, string> = {
  support: 'Every customer message, as a card to approve, edit or escalate',
  bugs: 'Problems that several customers report',
  digests: 'The numbers and what changed, for managers',
  sent: 'What customers received: the mailbox of the sample workspace',
};

const COMMANDS = [
  { command: '/deskhand open', says: 'what waits, most urgent first' },
  { command: '/deskhand T-1042', says: 'one ticket' },
  { command: '/deskhand help', says: 'this list' },
];

const SIMILAR = [
  {
    id: 'T-871',
    text: 'Our bookkeeper needs all Q3 invoices as PDF',
    reply: 'They are under Documents; I have resent them.',
    score: 0.88,
  },
];

if (import.meta.main) {
  const { addShowcase } = await import('./console-showcase.ts');
  const fixture = await startConsoleFixture({
    port: Number(process.argv[2] ?? 0),
    status: { sample: true, indexing: { indexed: 312, total: 540 }, notices: [] },
  });
  await addShowcase(fixture);
  await fixture.console.post(
    { platform: 'console', channel: 'bugs' },
    newsCard('7 customers report that the calendar sync stopped at 08:50', 'warning'),
  );
  console.log(`${fixture.url}/console`);
  process.on('SIGTERM', () => void fixture.stop());
}
