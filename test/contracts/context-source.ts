// What every context source promises: facts that fit a card, nothing for strangers, and faults in words that help.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Customer } from '../../src/model/customer.ts';
import { AppError } from '../../src/model/errors.ts';
import type { ContextSource } from '../../src/ports.ts';

export interface ContextWorld {
  create(options?: { credential?: string }): ContextSource;
  /** Makes the far end know this address. */
  know(email: string): void;
  /** Every further call answers with this status, or never; null: as before. */
  fail(how: 429 | 500 | 'hang' | null): void;
  close(): Promise<void>;
}

const customer = (email: string | null): Customer => ({
  id: 1,
  name: 'Maria',
  email,
  language: null,
  title: null,
  optedOut: false,
  usage: {},
  account: null,
});

export function contextSourceContract(name: string, open: () => Promise<ContextWorld>) {
  describe(`${name} as a context source`, () => {
    let world: ContextWorld;
    beforeAll(async () => {
      world = await open();
      world.know('maria@acme.example');
    });
    beforeEach(() => world.fail(null));
    afterAll(() => world.close());

    const look = (email: string | null, signal = AbortSignal.timeout(5_000)) =>
      world.create().lookup(customer(email), signal);
    const fault = (work: Promise<unknown>) =>
      work.then(
        () => null,
        (error: unknown) => error,
      );

    test('tells short labelled facts', async () => {
      const { source, facts, error } = await look('maria@acme.example');
      expect(source).toBe(world.create().id);
      expect(error).toBeUndefined();
      expect(facts.length).toBeGreaterThan(0);
      for (const { label, value } of facts) {
        expect(label.length).toBeLessThanOrEqual(30);
        expect(value).toMatch(/^[^\n]{1,120}$/);
      }
    });

    test.each([['nobody@else.example'], [null]])('knows nothing of %s, which is no fault', async (email) => {
      expect(await look(email)).toMatchObject({ facts: [] });
    });

    test.each([429, 500] as const)('answers %s: may be tried again', async (status) => {
      world.fail(status);
      const error = await fault(look('maria@acme.example'));
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ retryable: true });
      expect(await world.create().health()).toMatchObject({ ok: false });
    });

    test('no answer ends by itself', async () => {
      world.fail('hang');
      expect(await fault(look('maria@acme.example'))).toMatchObject({ retryable: true });
    });

    test('a wrong key is final, and names what to check', async () => {
      const source = world.create({ credential: 'wrong-credential' });
      const error = await fault(source.lookup(customer('maria@acme.example'), AbortSignal.timeout(5_000)));
      expect(error).toMatchObject({ retryable: false, message: expect.stringMatching(/[A-Z]+_(API_)?KEY/) });
      expect((await source.health()).detail).toMatch(/check/);
    });

    test('is well', async () => {
      expect(await world.create().health()).toMatchObject({ ok: true });
    });
  });
}
