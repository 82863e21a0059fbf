// Calls to Discord wait for each other, and newer states replace older ones that have not left.
import { describe, expect, it } from 'vitest';
import { createCoalescer, createLanes } from '../../../adapters/chat/discord/pace.ts';

describe('pace', () => {
  it('lanes: the same key one at a time, lower ranks first', async () => {
    const inLane = createLanes();
    const done: number[] = [];
    let running = 0;
    const work = (rank: number) =>
      inLane('a', rank, async () => {
        expect(++running).toBe(1);
        await Promise.resolve();
        running--;
        done.push(rank);
      });
    await Promise.all([3, 2, 1, 2, 0].map(work));
    expect(done).toEqual([3, 0, 1, 2, 2]);
  });

  it('updates: values that come while one is on its way replace each other; a failure frees the key', async () => {
    const sent: string[] = [];
    let fail = false;
    const updates = createCoalescer<string>(async (_key, newest) => {
      await Promise.resolve();
      if (fail) throw new Error('no');
      sent.push(newest());
      await Promise.resolve();
    });
    const watch = updates.watch('a');
    await Promise.all(['1', '2', '3'].map((value) => updates.submit('a', value)));
    expect(sent.at(-1)).toBe('3');
    expect(watch.overtaken).toBe(true);
    fail = true;
    await expect(updates.submit('a', '4')).rejects.toThrow('no');
    fail = false;
    await updates.submit('a', '5');
    expect(sent.at(-1)).toBe('5');
  });
});
