// What the HTTP app is handed: plain functions, so that it knows neither flows nor adapters.
import type { Customer, CustomerEvent } from '../../model/customer.ts';
import type { TicketSlice } from '../../model/dashboard.ts';
import type { Decision, DecisionRecord } from '../../model/decision.ts';
import type { DayRow } from '../../model/digest.ts';
import type { Draft } from '../../model/draft.ts';
import type { Message } from '../../model/message.ts';
import type { Ticket, TicketStatus } from '../../model/ticket.ts';
import type { Clock, Health, Log, Peer, Route } from '../../ports.ts';
import type { ClusterSummary, Figures } from '../db/queries/figures.ts';
import type { OutboxRow } from '../db/queries/work.ts';
import type { MetricsRegistry } from '../metrics.ts';
import type { DashboardReader } from './dashboard/index.ts';

export interface HttpDeps {
  /** DESKHAND_API_TOKEN. */
  token: string;
  /** What adapters bring: webhooks, the console, `POST /api/messages`. */
  routes: Route[];
  tickets: TicketReader;
  /** Carries out an agent's decision. */
  act(ticketId: number, request: TicketAction): Promise<ActResult>;
  recordEvent(event: CustomerEvent): Promise<void>;
  attachment(id: number): Promise<StoredFile | null>;
  /** Whether a request without the token may read attachments (a console session). */
  mayRead(request: Request, peer: Peer): Promise<boolean>;
  /** By name: `database`, `queue`, `platform:slack`, `channel:email`. */
  health: Record<string, HealthCheck>;
  metrics: Pick<MetricsRegistry, 'observe' | 'text'>;
  /** Tickets that came in from `from` (inclusive) to `to` (exclusive), and what waits now. */
  figures(from: Date, to: Date, slice: TicketSlice): Promise<Figures>;
  /** The same by local day of the workspace, days without a ticket left out. */
  figuresByDay(from: Date, to: Date, slice: TicketSlice): Promise<DayRow[]>;
  dashboard: DashboardReader;
  /** Whose unsubscribe link this is; null when it is none of ours. */
  customerOf(token: string): number | null;
  /** They want no messages that we write first. */
  optOut(customerId: number): Promise<void>;
  clusters(): Promise<ClusterSummary[]>;
  /** True: `/` leads to the console. */
  console: boolean;
  log: Log;
  clock: Clock;
}

export interface TicketReader {
  /** Newest first. */
  list(filter: TicketQuery): Promise<TicketRecord[]>;
  get(id: number): Promise<TicketRecord | null>;
}

export interface TicketQuery {
  status?: TicketStatus[];
  /** Agent's name. */
  assignee?: string;
  search?: string;
  /** Only ids below this one. */
  before?: number;
  limit: number;
}

/** A ticket with all that belongs to it, oldest first. */
export interface TicketRecord {
  ticket: Ticket;
  customer: Customer;
  messages: Message[];
  drafts: Draft[];
  decisions: DecisionRecord[];
  outbox: OutboxRow[];
}

export interface TicketAction {
  /** The version that the agent was looking at; 0 when there was none. */
  draftVersion: number;
  agentEmail: string;
  decision: Decision;
}

/** How a decision fared. */
export type ActResult =
  | { ok: true }
  | {
      ok: false;
      code: 'forbidden' | 'not_found' | 'conflict' | 'stale' | 'invalid';
      message: string;
      /** The field at fault, when `invalid`. */
      field?: string;
      /** Who was first, and when, on a conflict. */
      by?: string;
      at?: Date;
    };

/** A file that came with a message; `content` is null when it was not kept. */
export interface StoredFile {
  name: string;
  contentType: string;
  content: Uint8Array | null;
  /** Where it is, when it was only linked. */
  url: string | null;
  /** Why it was not kept, in words. */
  omitted: string | null;
}

export interface HealthCheck {
  check(): Promise<Health>;
  /** False: its trouble is reported, but the bot still counts as ready (one mailbox of several). */
  required: boolean;
}
