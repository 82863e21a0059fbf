// What the flows are handed by the composition root.
import type { YamlConfig } from '../config/schema.ts';
import type { Writer } from '../engine/llm/writer.ts';
import type { Store } from '../infra/db/queries/index.ts';
import type { Chart } from '../model/chart.ts';
import type { Taxonomy } from '../model/taxonomy.ts';
import type {
  Bus,
  ChatPlatform,
  Clock,
  ContextSource,
  Engine,
  IntakeChannel,
  Log,
  Metrics,
  Tracker,
} from '../ports.ts';
import type { ClusterBook } from './cluster-book.ts';

/** Wake-ups; they never reject. Losing one costs time, never data: the sweeper finds the work in SQL. */
export interface Wake {
  /** `urgency` 0..1 decides who goes first under load. */
  ticket(ticketId: number, urgency?: number): Promise<void>;
  outbox(at: Date): Promise<void>;
  /** A ticket's cards on one platform lag behind. */
  cards(ticketId: number, platform: string, urgency: number): Promise<void>;
  /** A card joined a burst, or changed in it; several within seconds are one. */
  burst(burstId: number, platform: string): Promise<void>;
  /** Understood messages wait to be compared with those of others. */
  clusters(): Promise<void>;
  /** Something is to be done at a tracker. */
  trackers(): Promise<void>;
  /** Events wait to be looked at. */
  outreach(): Promise<void>;
}

export interface FlowDeps {
  store: Store;
  engine: Engine;
  /** The one of the two that costs nothing, whichever answers customers. */
  localEngine: Pick<Engine, 'analyse'>;
  /** Words digests, articles and translations; null: no language model is set up. */
  writer: Writer | null;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  bus: Bus;
  /** Names this process among the replicas. */
  replica: string;
  wake: Wake;
  settings: YamlConfig;
  /** Where people reach this bot, without a slash at the end. */
  publicUrl: string;
  taxonomy: Taxonomy;
  /** Where published articles are written as files, too; null: there is no such folder. */
  knowledgeFolder: string | null;
  /** Chat platforms by id. */
  platforms: ReadonlyMap<string, ChatPlatform>;
  /** Intake channels by the channel names that they serve. */
  channels: ReadonlyMap<string, IntakeChannel>;
  sources: ContextSource[];
  /** What this process remembers of clusters. */
  clusters: ClusterBook;
  /** Trackers by id, in the order in which they are preferred. */
  trackers: ReadonlyMap<string, Tracker>;
  /** Where this customer says that they want no messages from us first; null: there is no such address. */
  unsubscribeLink(customerId: number): string | null;
  /** Draws a chart as a PNG that can be read on white and on black. */
  drawChart(chart: Chart): Promise<Uint8Array>;
  /** Public holidays of a country or region (`FR`, `DE-BY`), as `YYYY-MM-DD`. AppError `unknown_country`. */
  holidaysOf(where: string, year: number): Promise<ReadonlySet<string>>;
  /** Runs `work` while nobody else, in any process, works on this ticket; null when it is taken. */
  withTicket<T>(ticketId: number, work: () => Promise<T>): Promise<T | null>;
  /** The same for one row of the outbox: held as long as its reply may be on the wire. */
  withReply<T>(outboxId: number, work: () => Promise<T>): Promise<T | null>;
  /** The same for anything that has a name: a cluster, a digest, a nightly job. */
  withKey<T>(key: string, work: () => Promise<T>): Promise<T | null>;
}

/** Who the bot is in decisions and messages. */
export const BOT = 'Deskhand';

/** What a ticket that is no longer resolved does not have. */
export const UNRESOLVED = { resolution: null, resolvedAt: null };
