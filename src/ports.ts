// The seams of Deskhand: what flows need from the outside world, and what adapters must offer.
import type { z } from 'zod';
import type { Card } from './model/card.ts';
import type { ContextFacts, Customer, CustomerEvent } from './model/customer.ts';
import type { OpenInbox } from './model/inbox.ts';
import type { IssueComment, NewIssue, TrackerIssue } from './model/issue.ts';
import type { InboundMessage, OutboundReply, Receipt, SendResult } from './model/message.ts';
import type { ActionReply, AgentAction, AgentRef, MessageRef, Place } from './model/platform.ts';
import type { SignedWebhook } from './model/signature.ts';
import type { WebPage } from './model/web-page.ts';

export type {
  CategoryHistory,
  DraftInput,
  EngineInput,
  EngineProgress,
  Exemplar,
  KnowledgeArticle,
  KnowledgeHit,
  LabelledText,
} from './model/engine.ts';
export type { Embedder, Engine, VectorStore } from './ports/engine.ts';

/** Reads the web; what cannot be read throws an AppError, retryable where another try may do. */
export interface WebReader {
  read(url: string): Promise<WebPage>;
}

export interface Clock {
  now(): Date;
}

type LogMethod = (fields: Record<string, unknown>, message: string) => void;
/** Structured logs; fields carry ids, never message texts or secrets. */
export interface Log {
  debug: LogMethod;
  info: LogMethod;
  warn: LogMethod;
  error: LogMethod;
}

export type CounterName =
  | 'messages_received'
  | 'drafts_written'
  | 'decisions_made'
  | 'replies_settled'
  | 'jobs_failed';
export type TimingName = 'http_request' | 'step' | 'receive_to_card';
/** Figures for `/metrics`. Feeding one never fails; its labels, with few values each, are in infra/metrics.ts. */
export interface Metrics {
  count(name: CounterName, labels?: Record<string, string>): void;
  observe(name: TimingName, seconds: number, labels?: Record<string, string>): void;
}

/** What `doctor`, `/readyz` and the start-up line say about one part. */
export interface Health {
  ok: boolean;
  /** In words, with the remedy when not ok. */
  detail: string;
}

/** An HTTP route that an adapter brings; infra/http mounts it. Handlers use the web's Request and Response. */
export interface Route {
  method: 'GET' | 'POST';
  /** Absolute, in hono's syntax: `/console/api/channels/:channel`. */
  path: string;
  handle(request: Request, params: Record<string, string>, peer: Peer): Promise<Response>;
}

/** Who is at the other end of an HTTP request. */
export interface Peer {
  /** Remote address of the TCP connection, not of any forwarding header. */
  address: string;
}

/** Small durable values of one adapter, ordered by key. Values are JSON. */
export interface AdapterStore {
  get(key: string): Promise<unknown>;
  /** `keepMs`: after that long without being set again it may be forgotten; else it is kept for ever. */
  set(key: string, value: unknown, keepMs?: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Keys with this prefix in ascending order (descending when `reverse`), strictly after `after` in that direction. */
  list(query: {
    prefix: string;
    after?: string;
    limit: number;
    reverse?: boolean;
  }): Promise<{ key: string; value: unknown }[]>;
  /** Next number of a named sequence, starting at 1; unique across replicas. `keepMs` as for `set`. */
  next(sequence: string, keepMs?: number): Promise<number>;
}

/** Fan-out between replicas; best effort, never the only carrier of anything. Payloads up to 7 kB. */
export interface Bus {
  publish(topic: string, payload: unknown): Promise<void>;
  subscribe(topic: string, listener: (payload: unknown) => void): () => void;
}

/** `burst` calls at once, and one more every `everyMs` milliseconds. */
export interface Rate {
  burst: number;
  everyMs: number;
}

/** Keeps calls to a far end within its rates. Replicas count together where there is Redis. */
export interface RateLimiter {
  /**
   * Sends as soon as all `rates` of `key` allow, lower `rank` first. A far end that answers AppError
   * `rate_limited` pauses the key, and the call goes again. AppError `rate_limited` with the time to come back
   * (`retryAfterMs`) when its turn is further off than a caller should wait.
   */
  run<T>(call: { key: string; rank: number; rates: readonly Rate[] }, send: () => Promise<T>): Promise<T>;
  /** Milliseconds for which calls under `key` are paused; 0 when they are not. */
  paused(key: string): Promise<number>;
  /** No call under `key` for so many milliseconds. */
  pause(key: string, ms: number): Promise<void>;
}

/** A directory entry that platforms may show in pickers. */
export interface AgentEntry {
  name: string;
  email: string;
  role: string;
}

/** What the console tells at its top. Changes are announced on the bus topic `status`. */
export interface WorkspaceStatus {
  /** True: the sample workspace. */
  sample: boolean;
  /** Null when everything is indexed. */
  indexing: { indexed: number; total: number } | null;
  /** What people must know now ("Mailbox billing@ cannot be reached since 10:02"). */
  notices: string[];
}

export interface AdapterDeps {
  clock: Clock;
  fetch: typeof fetch;
  log: Log;
  store: AdapterStore;
  bus: Bus;
  limiter: RateLimiter;
  openInbox: OpenInbox;
  agents: AgentEntry[];
  /** What runs at the moment, for banners. */
  status(): WorkspaceStatus;
}

/** What an adapter's `config` schema is given: the environment and the whole of `config/deskhand.yaml`. */
export interface AdapterConfigInput {
  env: Record<string, string | undefined>;
  yaml: Record<string, unknown>;
}

/**
 * An adapter in the registry. `config` picks and checks the adapter's slice, so that issues carry the path
 * `env.NAME` or `yaml.key`; it yields null when the adapter is not set up. Then its code, and with it the SDK,
 * is never loaded.
 */
export interface AdapterModule<Config, Port> {
  id: string;
  /** Works without any setting, so that its presence does not mean that somebody configured the bot. */
  builtIn?: boolean;
  config: z.ZodType<Config | null, AdapterConfigInput>;
  /** Loads the adapter's code; what it resolves to makes the adapter. */
  load(): Promise<(config: Config, deps: AdapterDeps) => Port>;
}

// --- ports --------------------------------------------------------------------------------

export interface ShowOptions {
  /** How soon: 1 = a person waits for it .. 0 = whenever there is room. */
  urgency?: number;
}

export interface PostOptions extends ShowOptions {
  /** Where the platform can, a key is posted once: asked again, it answers with what stands there already. */
  key?: string;
  /** An earlier try under this key may have succeeded: its process ended before it knew. */
  again?: boolean;
  /** Exactly these people are mentioned, by the platform's own means; nobody else ever is. */
  mention?: AgentRef[];
}

export interface ChatPlatform {
  id: string;
  start(onAction: (action: AgentAction) => Promise<ActionReply>): Promise<void>;
  stop(): Promise<void>;
  /** Posts to a channel, or into a thread. */
  post(place: Place, card: Card, options?: PostOptions): Promise<MessageRef>;
  update(ref: MessageRef, card: Card, options?: ShowOptions): Promise<void>;
  /** Private to one agent, by the best means the platform has. */
  notify(agent: AgentRef, text: string, place: Place): Promise<void>;
  health(): Promise<Health>;
  /** Whether cards can be posted to a channel: it exists, and the bot is in it. `channel` as the configuration names it. */
  check?(channel: string): Promise<Health>;
  routes?: Route[];
  /** A platform that is itself a web page: signs a browser in, once; `visit`: where a link in a chat leads, for how long. */
  signInLink?(agent?: string, visit?: { path: string; minutes: number }): Promise<string>;
  /** Such a page's word on whether a request comes from somebody who may see it. */
  mayRead?(request: Request, peer: Peer): Promise<boolean>;
}

export interface IntakeChannel {
  /** Value of `InboundMessage.channel`. */
  id: string;
  /** All values of `InboundMessage.channel` it brings and answers, when there are more than `id`. */
  serves?: string[];
  /** True: the far end takes the outbox key as idempotency key, so a repeat is harmless. */
  idempotent: boolean;
  start(receive: (message: InboundMessage) => Promise<Receipt>): Promise<void>;
  stop(): Promise<void>;
  /**
   * Sends one reply. Throws AppError: `retryable` when nothing left and it may later;
   * code `outcome_unknown` when it may have left; anything else is final.
   */
  send(reply: OutboundReply, signal: AbortSignal): Promise<SendResult>;
  /** Looks a reply up at the provider after an unknown outcome. */
  lookup?(reply: OutboundReply, signal: AbortSignal): Promise<'sent' | 'not_sent' | 'unknown'>;
  health(): Promise<Health>;
  routes?: Route[];
}

/** Asks another system about a customer. Read-only; the caller sets the time limit through `signal`. */
export interface ContextSource {
  id: string;
  lookup(customer: Customer, signal: AbortSignal): Promise<ContextFacts>;
  health(): Promise<Health>;
  /** Where it tells of events by itself: each is kept before the far end is told so. */
  start?(onEvent: (event: CustomerEvent) => Promise<void>): Promise<void>;
  routes?: Route[];
}

/**
 * Where engineers keep their issues. Every call throws AppError: `retryable` when it may work later, code
 * `outcome_unknown` when a change may have happened, anything else is final and says what to do.
 */
export interface Tracker {
  id: string;
  /** What people call it: "GitHub". */
  name: string;
  /** Issues that may be about the same, the likeliest first. */
  search(words: string, limit: number, signal: AbortSignal): Promise<TrackerIssue[]>;
  /** The issue that carries the marker, looked for among those made since `since`. */
  find(marker: string, since: Date, signal: AbortSignal): Promise<TrackerIssue | null>;
  create(issue: NewIssue, signal: AbortSignal): Promise<TrackerIssue>;
  /** Null: there is no such issue, or no longer. */
  get(issueId: string, signal: AbortSignal): Promise<TrackerIssue | null>;
  /** Adds a comment or replaces its text; answers its id. */
  comment(issueId: string, comment: IssueComment, signal: AbortSignal): Promise<string>;
  reopen(issueId: string, signal: AbortSignal): Promise<TrackerIssue>;
  /** Only a tracker without pages of its own: what its cards' buttons do. */
  close?(issueId: string, as: 'fixed' | 'not_planned', by: string): Promise<void>;
  /** The id of the issue at an address that people copied from their browser, or wrote as a key; null: not one of this tracker. */
  idOf(urlOrKey: string): string | null;
  /** True: changes are told at once, so that asking is only a safety net. */
  pushes: boolean;
  /** How the far end tells them, at `/webhooks/ID`. */
  webhook?: SignedWebhook;
  health(): Promise<Health>;
}

/** Wake-ups, retries, delays and cron. The truth is in SQL: a lost job costs time, not data. */
export interface Queue {
  /** `key`: jobs waiting under the same key are one job. `urgency` 0..1 decides who goes first; default 0.5. */
  add(
    topic: string,
    payload: Record<string, unknown>,
    options?: { key?: string; delayMs?: number; urgency?: number },
  ): Promise<void>;
  /** A handler that throws AppError with `retryable` is tried again with back-off; other errors are logged and dropped. */
  work(
    topic: string,
    handler: (payload: Record<string, unknown>) => Promise<void>,
    options: { concurrency: number },
  ): Promise<void>;
  /** Runs once per tick whatever the number of replicas. */
  every(topic: string, schedule: { everyMs: number } | { cron: string; timeZone: string }): Promise<void>;
  health(): Promise<Health>;
  /** Finishes handlers in hand, then disconnects. */
  stop(): Promise<void>;
}
