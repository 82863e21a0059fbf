// The queue where there is no Redis.
import { describe } from 'vitest';
import { queueContract } from '../contracts/queue.ts';
import { startPostgresBroker } from '../support/broker.ts';

describe('queue on PostgreSQL', () => {
  queueContract(startPostgresBroker);
});
