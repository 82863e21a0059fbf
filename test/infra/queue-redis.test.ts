// The queue on a real Redis.
import { describe } from 'vitest';
import { queueContract } from '../contracts/queue.ts';
import { startRedisBroker } from '../support/broker.ts';
import { findTool } from '../support/tools.ts';

const missing = findTool('redis') === null;

describe.skipIf(missing)(`queue on Redis${missing ? ' (redis-server is not installed)' : ''}`, () => {
  queueContract(startRedisBroker);
});
