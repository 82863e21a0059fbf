// A workspace for tests of the flows: a real database, a scripted engine, and far ends that keep a journal.

import { yamlSchema } from '../../src/config/schema.ts';
import { act } from '../../src/flows/actions.ts';
import { advance } from '../../src/flows/advance.ts';
import { showBurst } from '../../src/flows/burst.ts';
import { clusterDue } from '../../src/flows/cluster.ts';
import { createClusterBook } from '../../src/flows/cluster-book.ts';
import type { FlowDeps } from '../../src/flows/deps.ts';
import { considerEvents } from '../../src/flows/outreach.ts';
import { present } from '../../src/flows/present.ts';
import { receive } from '../../src/flows/receive.ts';
import { sendDue } from '../../src/flows/reply.ts';
import { showClusters } from '../../src/flows/show-clusters.ts';
import { openLocks } from '../../src/infra/db/lock.ts';
import { createStore, type Store } from '../../src/infra/db/queries/index.ts';
import type { Card } from '../../src/model/card.ts';
import type { Decision } from '../../src/model/decision.ts';
import { AppError, hasCode } from '../../src/model/errors.ts';
import type { InboundMessage, OutboundReply, SendResult } from '../../src/model/message.ts';
import type { ActionReply, AgentAction, MessageRef, Place } from '../../src/model/platform.ts';
import { taxonomySchema } from '../../src/model/taxonomy.ts';
import { ticketKey } from '../../src/model/ticket.ts';
import type { ChatPlatform, IntakeChannel } from '../../src/ports.ts';
import { borrowDatabase } from './database.ts';
import { scriptedEngine } from './scripted-engine.ts';
import { silentLog } from './silent-log.ts';

/** A clock that stands still until it is moved. */
export function testClock(start = '2026-03-02T09:00:00Z') {
  let at = Date.parse(start);
  return {
    now: () => new Date(at),
    advance(ms: number) {
      at += ms;
    },
    set(time: string) {
      at = Date.parse(time);
    },
  };
}

interface Posted {
  ref: MessageRef;
  place: Place;
  card: Card;
  updates: number;
}

/** A chat platform whose channels are an array. */
export function journalPlatform(id = 'console') {
  const posts: Posted[] = [];
  const notices: { to: string; text: string }[] = [];
  let broken: Error | null = null;
  const platform: ChatPlatform & {
    posts: Posted[];
    notices: typeof notices;
    break(error: Error | null): void;
  } = {
    id,
    posts,
    notices,
    break: (error) => {
      broken = error;
    },
    start: async () => undefined,
    stop: async () => undefined,
    async post(place, card) {
      if (broken) throw broken;
      const ref = { platform: id, channel: place.channel, message: String(posts.length + 1) };
      posts.push({ ref, place, card, updates: 0 });
      return ref;
    },
    async update(ref, card) {
      if (broken) throw broken;
      const post = posts.find((one) => one.ref.message === ref.message);
      if (!post) throw new AppError('message_gone', 'the message was deleted');
      post.card = card;
      post.updates++;
    },
    async notify(agent, text) {
      notices.push({ to: agent.userId, text });
    },
    health: async () => ({ ok: true, detail: '' }),
  };
  return platform;
}

/** An intake channel whose far end keeps what it was sent; `fail` is thrown instead while set. */
export function journalChannel(id = 'email', { idempotent = false } = {}) {
  const sent: OutboundReply[] = [];
  const channel: IntakeChannel & {
    sent: OutboundReply[];
    fail: Error | null;
    /** Sends, then fails: the outcome is not known to the caller. */
    dropAfterSend: boolean;
    found: 'sent' | 'not_sent' | 'unknown';
  } = {
    id,
    idempotent,
    sent,
    fail: null,
    dropAfterSend: false,
    found: 'unknown',
    start: async () => undefined,
    stop: async () => undefined,
    async send(reply): Promise<SendResult> {
      if (channel.fail) throw channel.fail;
      if (!(idempotent && sent.some((one) => one.key === reply.key))) sent.push(reply);
      if (channel.dropAfterSend) throw new AppError('outcome_unknown', 'connection lost after the data');
      return { providerId: `<${reply.key}@test>` };
    },
    lookup: async () => channel.found,
    health: async () => ({ ok: true, detail: '' }),
  };
  return channel;
}

const TAXONOMY = taxonomySchema.parse({
  categories: [
    { id: 'billing/invoice-copy', name: 'Invoice copies', description: '' },
    { id: 'billing/refund', name: 'Refunds', description: '', neverAuto: true, team: 'billing' },
    { id: 'reports/exports', name: 'Exports', description: '' },
  ],
});

const SETTINGS = {
  // The clock stands still, so that everything would be a burst.
  noise: { burst: { count: 0 } },
  agents: [
    { name: 'Ana', email: 'ana@team.example', role: 'lead', team: 'billing' },
    { name: 'Ben', email: 'ben@team.example', role: 'agent' },
    { name: 'Vera', email: 'vera@team.example', role: 'viewer' },
  ],
};

export type Workspace = Awaited<ReturnType<typeof openWorkspace>>;

/** Opens a workspace on a database of its own. `yaml` is merged over the settings of the test team. */
export async function openWorkspace(yaml: Record<string, unknown> = {}) {
  const { url, drop, ...database } = await borrowDatabase();
  const { close: closeLocks, ...locks } = openLocks(url, { log: silentLog });
  const store: Store = createStore(database.db);
  const clock = testClock();
  const engine = scriptedEngine();
  const platform = journalPlatform();
  const email = journalChannel('email');
  const livechat = journalChannel('livechat', { idempotent: true });
  const woken = new Set<number>();
  const behind = new Map<string, () => Promise<void>>();
  const deps: FlowDeps = {
    store,
    engine,
    writer: null,
    knowledgeFolder: null,
    unsubscribeLink: (customerId) => `https://desk.example/unsubscribe/${customerId}`,
    localEngine: engine,
    clock,
    log: silentLog,
    metrics: { count: () => undefined, observe: () => undefined },
    publicUrl: 'http://localhost:3000',
    replica: 'test',
    bus: { publish: async () => undefined, subscribe: () => () => undefined },
    wake: {
      ticket: async (ticketId) => {
        woken.add(ticketId);
      },
      outbox: async () => undefined,
      cards: async (ticketId, id) => {
        behind.set(`${id} ${ticketId}`, () => present(deps, ticketId, id));
      },
      burst: async (burstId) => {
        behind.set(`burst ${burstId}`, () => showBurst(deps, burstId));
      },
      clusters: async () => {
        behind.set('clusters', async () => {
          await clusterDue(deps);
          await showClusters(deps);
        });
      },
      trackers: async () => undefined,
      outreach: async () => {
        behind.set('outreach', () => considerEvents(deps));
      },
    },
    settings: yamlSchema.parse({ ...SETTINGS, ...yaml }),
    taxonomy: TAXONOMY,
    platforms: new Map<string, ChatPlatform>([[platform.id, platform]]),
    channels: new Map<string, IntakeChannel>([
      ['email', email],
      ['livechat', livechat],
    ]),
    sources: [],
    clusters: createClusterBook(),
    trackers: new Map(),
    drawChart: async () => new Uint8Array(),
    holidaysOf: async () => new Set(),
    ...locks,
  };
  let written = 0;

  /** A failure of one card holds up no other; one that somebody else is drawing is looked at again. */
  async function showCards(): Promise<void> {
    const work = [...behind];
    behind.clear();
    const failures: unknown[] = [];
    for (const [key, show] of work)
      await show().catch((error: unknown) => {
        if (hasCode(error, 'card_busy')) behind.set(key, show);
        else failures.push(error);
      });
    if (failures.length > 0) throw failures[0];
  }

  return {
    deps,
    store,
    clock,
    engine,
    platform,
    email,
    livechat,
    pool: database.pool,
    url,
    /** A customer writes. */
    write(text: string, more: Partial<InboundMessage> = {}) {
      written++;
      return receive(deps, {
        channel: 'email',
        externalId: `m-${written}`,
        customer: { email: 'maria@acme.example', name: 'Maria' },
        text,
        ...more,
      });
    },
    /** Does all the work that is waiting, as the queue would. */
    async work() {
      for (let round = 0; round < 10 && woken.size + behind.size > 0; round++) {
        const now = [...woken];
        woken.clear();
        for (const ticketId of now) await advance(deps, ticketId);
        await showCards();
        await sendDue(deps);
      }
    },
    /** Brings one ticket up to date, cards included. */
    async advance(ticketId: number) {
      await advance(deps, ticketId);
      await showCards();
    },
    /** An agent presses a button on the ticket's current card. */
    async press(
      agent: string,
      ticketId: number | null,
      decision: Decision,
      draftVersion?: number,
    ): Promise<ActionReply> {
      const version = draftVersion ?? (await store.latestDraft(ticketId ?? 0))?.version ?? 0;
      const action: AgentAction = {
        ref: { ticketId: ticketKey(ticketId ?? 0), draftVersion: version },
        agent: { platform: 'console', userId: `${agent}@team.example` },
        intent: { type: 'decision', decision },
      };
      return act(deps, action);
    },
    /** An agent writes into the card's thread. */
    say(
      agent: string,
      ticketId: number,
      text: string,
      id: string = crypto.randomUUID(),
    ): Promise<ActionReply> {
      return act(deps, {
        ref: { ticketId: ticketKey(ticketId), draftVersion: 0 },
        agent: { platform: 'console', userId: `${agent}@team.example` },
        intent: { type: 'thread', text, id },
      });
    },
    async close() {
      await Promise.all([closeLocks(), database.close()]);
      await drop();
    },
  };
}
