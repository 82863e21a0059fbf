// Where the queue keeps its jobs, as BullMQ wants it.
import type { BackendFactory, ConnectionOptions, IQueueBackend, Queue, Worker } from 'bullmq';

export type Payload = Record<string, unknown>;
export type Handler = (payload: Payload) => Promise<void>;
/** BullMQ's two sides of one topic, on either backend. */
export type Jobs = Queue<Payload, void, string, Payload, void, string, IQueueBackend>;
export type JobWorker = Worker<Payload, void, string, IQueueBackend>;

export interface QueueBackend {
  /** For people: `Redis` or `PostgreSQL`. */
  name: string;
  factory: BackendFactory;
  connection: ConnectionOptions;
  /** Key prefix on Redis; PostgreSQL has its schema instead. */
  prefix: string;
  /** Resolves when the server answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
