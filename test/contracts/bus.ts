// What every carrier of the bus must do.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createBus } from '../../src/infra/bus/index.ts';
import type { Log } from '../../src/ports.ts';
import type { Broker } from '../support/broker.ts';

const PATIENT = { timeout: 60_000 };

export function busContract(startBroker: () => Promise<Broker>): void {
  let broker: Broker;
  let buses: Awaited<ReturnType<typeof createBus>>[] = [];
  let logged: string[] = [];
  const note = (_: Record<string, unknown>, message: string) => void logged.push(message);
  const log: Log = { debug: note, info: note, warn: note, error: note };

  async function open() {
    const bus = await createBus({ databaseUrl: broker.databaseUrl, redisUrl: broker.redisUrl, log });
    buses.push(bus);
    return bus;
  }

  beforeAll(async () => {
    broker = await startBroker();
  });
  afterEach(async () => {
    await Promise.all(buses.map((bus) => bus.stop()));
    buses = [];
    logged = [];
  });
  afterAll(() => broker.stop());

  it('brings a message once to every listener of its topic, in order, here and elsewhere', async () => {
    const [here, there] = [await open(), await open()];
    const topic = randomUUID();
    const seen: [string, unknown][] = [];
    here.subscribe(topic, (payload) => seen.push(['here', payload]));
    there.subscribe(topic, (payload) => seen.push(['there', payload]));
    there.subscribe(`${topic}-other`, (payload) => seen.push(['other', payload]));
    for (const number of [1, 2, 3]) await here.publish(topic, { number });
    await there.publish(topic, 'end');
    await expect.poll(() => seen.filter(([, payload]) => payload === 'end').length, PATIENT).toBe(2);
    await expect
      .poll(() => seen.filter(([where]) => where === 'here').map(([, payload]) => payload), PATIENT)
      .toEqual(expect.arrayContaining([{ number: 1 }, { number: 2 }, { number: 3 }, 'end']));
    await expect.poll(() => seen, PATIENT).toHaveLength(8);
    const numbers = seen.filter(([where, payload]) => where === 'there' && payload !== 'end');
    expect(numbers.map(([, payload]) => payload)).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }]);
  });

  it('calls local listeners before publish returns, with what JSON makes of the payload', async () => {
    const bus = await open();
    const seen: unknown[] = [];
    bus.subscribe('topic', (payload) => seen.push(payload));
    await bus.publish('topic', { at: new Date(0), missing: undefined });
    await bus.publish('topic', undefined);
    expect(seen).toEqual([{ at: '1970-01-01T00:00:00.000Z' }, null]);
  });

  it('carries any text up to 7 kB and refuses more', async () => {
    const [here, there] = [await open(), await open()];
    const topic = randomUUID();
    const seen: unknown[] = [];
    there.subscribe(topic, (payload) => seen.push(payload));
    const large = `'quoted' "twice" \\ \u0000 émoji 🎉 ${'x'.repeat(7_000)}`;
    await here.publish(topic, large);
    await expect.poll(() => seen, PATIENT).toEqual([large]);
    await expect(here.publish(topic, 'é'.repeat(4_000))).rejects.toMatchObject({
      code: 'bus_payload_too_large',
    });
  });

  it('keeps going when a listener throws, and forgets one that has left', async () => {
    const bus = await open();
    const seen: string[] = [];
    bus.subscribe('topic', () => {
      throw new Error('broken');
    });
    const leave = bus.subscribe('topic', () => seen.push('first'));
    bus.subscribe('topic', () => seen.push('second'));
    await bus.publish('topic', 1);
    leave();
    leave();
    await bus.publish('topic', 2);
    expect(seen).toEqual(['first', 'second', 'second']);
    expect(logged).toContain('a listener on the bus failed');
  });

  it('still serves its own process while the server is gone, and the others when it is back', {
    timeout: 180_000,
  }, async () => {
    const [here, there] = [await open(), await open()];
    const topic = randomUUID();
    const [own, other]: [unknown[], unknown[]] = [[], []];
    here.subscribe(topic, (payload) => own.push(payload));
    there.subscribe(topic, (payload) => other.push(payload));
    await broker.fail();
    await here.publish(topic, 'alone');
    expect(own).toEqual(['alone']);
    await broker.recover();
    await expect
      .poll(
        async () => {
          await here.publish(topic, 'again');
          return other;
        },
        { timeout: 90_000, interval: 200 },
      )
      .toContain('again');
  });
}
