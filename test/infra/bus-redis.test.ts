// The bus on a real Redis.
import { describe } from 'vitest';
import { busContract } from '../contracts/bus.ts';
import { startRedisBroker } from '../support/broker.ts';
import { findTool } from '../support/tools.ts';

const missing = findTool('redis') === null;

describe.skipIf(missing)(`bus on Redis${missing ? ' (redis-server is not installed)' : ''}`, () => {
  busContract(startRedisBroker);
});
