// The bus over Redis pub/sub.
import type { Log } from '../../ports.ts';
import { connectRedis } from '../redis.ts';
import type { Carrier } from './index.ts';

export async function connectRedisCarrier(options: {
  redisUrl: string;
  databaseUrl: string;
  receive(text: string): void;
  log: Log;
}): Promise<Carrier> {
  // The database's name keeps workspaces apart that share a Redis.
  const channel = `deskhand:${new URL(options.databaseUrl).pathname.slice(1)}:bus`;
  const client = await connectRedis(options.redisUrl, { name: 'deskhand-bus', log: options.log });
  // Publishes and listens on one connection, which protocol 3 allows; it subscribes again when it comes back.
  await client.subscribe(channel, options.receive);
  return {
    async send(text) {
      // Later would be too late: what waits for the connection only fills memory.
      if (!client.isReady) throw new Error('the connection to Redis is down');
      await client.publish(channel, text);
    },
    stop: async () => client.destroy(),
  };
}
