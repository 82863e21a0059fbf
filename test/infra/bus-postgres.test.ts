// The bus where there is no Redis.
import { describe } from 'vitest';
import { busContract } from '../contracts/bus.ts';
import { startPostgresBroker } from '../support/broker.ts';

describe('bus on PostgreSQL', () => {
  busContract(startPostgresBroker);
});
