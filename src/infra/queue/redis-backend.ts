// The queue's backend on Redis.
import { createNodeRedisClient, createRedisBackend } from 'bullmq';
import type { Log } from '../../ports.ts';
import { connectRedis } from '../redis.ts';
import type { QueueBackend } from './backend.ts';

/** `namespace` keeps workspaces apart that share a Redis. Throws AppError `redis_unavailable`. */
export async function openRedisBackend(options: {
  redisUrl: string;
  namespace: string;
  log: Log;
}): Promise<QueueBackend> {
  const client = await connectRedis(options.redisUrl, { name: 'deskhand-queue', log: options.log });
  return {
    name: 'Redis',
    factory: createRedisBackend,
    // One adapter for all topics; workers duplicate it for their blocking reads.
    connection: createNodeRedisClient(client),
    prefix: `deskhand:${options.namespace}`,
    ping: async () => {
      await client.ping();
    },
    close: async () => client.destroy(),
  };
}
