// Fan-out between replicas: listeners here at once, the others through Redis or PostgreSQL.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AppError, errorText } from '../../model/errors.ts';
import type { Bus, Log } from '../../ports.ts';
import { connectPostgresCarrier } from './postgres.ts';
import { connectRedisCarrier } from './redis.ts';

interface BusOptions {
  databaseUrl: string;
  redisUrl?: string | undefined;
  log: Log;
}

/** Carries texts to every replica, this one included; loses what is sent while the connection is down. */
export interface Carrier {
  send(text: string): Promise<void>;
  stop(): Promise<void>;
}

const MAX_PAYLOAD_BYTES = 7 * 1024;
/** PostgreSQL refuses notifications of 8000 bytes and more. */
const MAX_ENVELOPE_BYTES = 7_999;

const envelopeSchema = z.object({ from: z.string(), topic: z.string(), payload: z.unknown() });

/**
 * Opens the bus. Listeners get the payload as JSON would give it back. `publish` calls those of this process
 * before it returns, whatever the connection does, and throws AppError `bus_payload_too_large` above 7 kB.
 * Throws AppError `redis_unavailable` when Redis cannot be reached at the start.
 */
export async function createBus(options: BusOptions): Promise<Bus & { stop(): Promise<void> }> {
  const { log } = options;
  const self = randomUUID();
  const listeners = new Map<string, Set<(payload: unknown) => void>>();

  function deliver(topic: string, payload: unknown): void {
    for (const listener of listeners.get(topic) ?? []) {
      try {
        listener(payload);
      } catch (error) {
        log.error({ topic, reason: errorText(error) }, 'a listener on the bus failed');
      }
    }
  }

  function receive(text: string): void {
    const envelope = envelopeSchema.safeParse(parseJson(text));
    if (!envelope.success) log.warn({}, 'the bus brought something that it does not understand');
    else if (envelope.data.from !== self) deliver(envelope.data.topic, envelope.data.payload);
  }

  const carrier = options.redisUrl
    ? await connectRedisCarrier({ ...options, redisUrl: options.redisUrl, receive })
    : await connectPostgresCarrier({ ...options, receive });

  return {
    async publish(topic, payload) {
      const json = JSON.stringify(payload ?? null);
      const envelope = JSON.stringify({ from: self, topic, payload: payload ?? null });
      if (Buffer.byteLength(json) > MAX_PAYLOAD_BYTES || Buffer.byteLength(envelope) > MAX_ENVELOPE_BYTES)
        throw new AppError(
          'bus_payload_too_large',
          `A message on the bus topic ${topic} is larger than 7 kB.`,
        );
      deliver(topic, JSON.parse(json));
      try {
        await carrier.send(envelope);
      } catch (error) {
        log.debug({ topic, reason: errorText(error) }, 'a message did not reach the other replicas');
      }
    },
    subscribe(topic, listener) {
      // Wrapped, so that a function subscribed twice is called twice and leaves twice.
      const own = (payload: unknown) => listener(payload);
      const group = listeners.get(topic) ?? new Set();
      listeners.set(topic, group.add(own));
      return () => {
        group.delete(own);
        if (group.size === 0 && listeners.get(topic) === group) listeners.delete(topic);
      };
    },
    async stop() {
      listeners.clear();
      await carrier.stop();
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
