// The closed loop with every tracker: from fifteen reports to one issue, to the customers who are told, and back.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOOPS, type Loop, openLoop } from '../support/closed-loop.ts';

const HOUR = 3_600_000;
/** Enough that engineers are told; the whole story is told with fifteen. */
const FEW = 6;

describe.each(LOOPS)('the closed loop with $name', ({ name, build }) => {
  let loop: Loop;
  const open = async (options?: Parameters<typeof openLoop>[1]) => {
    loop = await openLoop(build, options);
  };
  beforeEach(() => open());
  afterEach(() => loop.close());

  test('fifteen customers, one issue, fifteen messages, and a regression', async () => {
    const { w, world } = loop;
    await loop.reports(1, 4);
    expect(loop.pings()).toEqual([]);
    await loop.reports(5, 5);
    expect(loop.pings()).toHaveLength(1);
    expect(loop.pings()[0]).toContain('5 customers in ');

    // The bot dies before it hears that the issue is made; afterwards everybody presses at once.
    await loop.loseCreation();
    loop.restart();
    await loop.press('C-', 'create_issue');
    w.clock.advance(2 * 60_000);
    await Promise.all([
      loop.keepTrack(),
      ...Array.from({ length: 5 }, () => loop.press('C-', 'create_issue')),
    ]);
    await loop.keepTrack();
    expect(await world.farEnd()).toHaveLength(1);
    expect((await world.farEnd())[0]?.body).toContain('EXP-504');

    await loop.reports(6, 10);
    await loop.keepTrack();
    await loop.reports(11, 15);
    await loop.keepTrack();
    const [issue] = await world.farEnd();
    expect(issue?.comments).toHaveLength(1);
    expect(issue?.comments[0]).toContain('15 from 15 customers');
    expect(loop.pings()).toHaveLength(1);

    await loop.engineer('fixed');
    expect(await loop.proposed()).toEqual({ ready: 15, others: [] });
    expect(w.email.sent).toEqual([]);
    await loop.press('P-', 'send_all');
    await w.work();
    expect(w.email.sent.map(({ to }) => to.email).sort()).toEqual(loop.customers(1, 15));

    w.clock.advance(HOUR);
    await loop.reports(16, 16);
    await loop.keepTrack();
    await loop.keepTrack();
    expect(await loop.state()).toMatchObject({ state: 'open', regression: true });
    expect((await world.farEnd()).map(({ comments }) => comments.length)).toEqual([2]);
    expect((await world.farEnd())[0]?.comments[1]).toContain('Regression: reported once again');
    expect(await loop.atTracker()).toBe('open');

    await loop.engineer('fixed');
    expect((await loop.proposed())?.ready).toBe(16);
  });

  test('closed as not planned: nobody is told, whoever reports it afterwards', async () => {
    await loop.issueOf(FEW);
    await loop.engineer('not_planned');
    expect(await loop.state()).toMatchObject({ state: 'not_planned' });
    await loop.reports(FEW + 1, FEW + 1);
    await loop.keepTrack();
    expect(await loop.proposed()).toBeNull();
    expect(await loop.atTracker()).toBe('not_planned');
  });

  test('who opted out, wrote that it works, was answered, is silent or wrote again is told why not', async () => {
    const { w } = loop;
    await loop.issueOf(8);
    const [outOfIt, solved, silent, answered, again] = await loop.tickets();
    const sql = (text: string, id: number | undefined) => w.pool.query(text, [id]);
    const ofTicket = 'id = (select customer_id from ticket where id = $1)';
    await sql(`update customer set opted_out = true where ${ofTicket}`, outOfIt);
    await sql(`update ticket set status = 'resolved', resolution = 'confirmed' where id = $1`, solved);
    await sql(`update message set at = at - interval '100 days' where ticket_id = $1`, silent);
    await loop.engineer('fixed');
    expect(await loop.proposed()).toEqual({
      ready: 5,
      others: ['has not written for 100 days', 'said that it is solved', 'wants no messages from us'],
    });

    w.clock.advance(60_000);
    await w.press('ben', answered ?? 0, { kind: 'edit', text: 'It is fixed, Ada!', then: 'resolve' });
    await w.work();
    await loop.reports(5, 5, 'I still cannot export, and where do I find my invoice?', { understood: false });
    expect((await loop.tickets())[4]).toBe(again);
    await loop.press('P-', 'send_all');
    await w.work();
    const told = w.email.sent.filter(({ text }) => text.includes('It is fixed now.'));
    expect(told.map(({ to }) => to.email).sort()).toEqual(loop.customers(6, 8));
    expect((await loop.proposed())?.others).toEqual([
      'has not written for 100 days',
      'said that it is solved',
      'wants no messages from us',
      'was answered since it was fixed',
      'wrote again just then',
    ]);
  });

  // The sample's tracker is part of the console: nothing in between can be late, lost or set up otherwise.
  if (name === 'the sample tracker') return;

  describe('with a far end of its own', () => {
    test('without webhooks the state is asked for every few minutes', async () => {
      await loop.close();
      await open({ pushes: false, trackers: { pollMinutes: 7 } });
      await loop.issueOf(FEW);
      expect(loop.tracker().pushes).toBe(false);
      const shown = loop.pings()[0];
      for (let poll = 0; poll < 3; poll++) {
        loop.w.clock.advance(8 * 60_000);
        await loop.keepTrack();
      }
      // Nothing is new: no chat is asked to show the same card again.
      expect(loop.pings()[0]).toBe(shown);
      await loop.world.set(await loop.issueId(), 'fixed');
      loop.w.clock.advance(6 * 60_000);
      await loop.keepTrack();
      expect(await loop.proposed()).toBeNull();
      loop.w.clock.advance(2 * 60_000);
      await loop.keepTrack();
      expect(await loop.proposed()).toEqual({ ready: FEW, others: [] });

      loop.w.clock.advance(HOUR);
      await loop.reports(FEW + 1, FEW + 1);
      await loop.keepTrack();
      expect(await loop.atTracker()).toBe('open');
    });

    test('with webhooks the state is asked for once an hour, in case one was lost', async () => {
      await loop.issueOf(FEW);
      await loop.world.set(await loop.issueId(), 'fixed');
      loop.w.clock.advance(HOUR - 60_000);
      await loop.keepTrack();
      expect(await loop.proposed()).toBeNull();
      loop.w.clock.advance(2 * 60_000);
      await loop.keepTrack();
      expect((await loop.proposed())?.ready).toBe(FEW);
    });

    test('closed as a duplicate: nobody is told', async () => {
      await loop.issueOf(FEW);
      await loop.engineer('duplicate');
      expect(await loop.state()).toMatchObject({ state: 'duplicate' });
      expect(await loop.proposed()).toBeNull();
    });

    test('where done means merged, customers are told when it is released', async () => {
      await loop.close();
      await open({ states: { completed: 'merged', done: 'merged' } });
      await loop.issueOf(FEW);
      await loop.engineer('fixed');
      expect(await loop.state()).toMatchObject({ state: 'merged' });
      expect(await loop.proposed()).toBeNull();
      await loop.reports(FEW + 1, FEW + 1);
      const draft = await loop.w.store.latestDraft((await loop.tickets())[FEW] ?? 0);
      expect(draft?.engine).toBe('known-issue');

      loop.restart({ states: { completed: 'fixed', done: 'fixed' } });
      await loop.hears();
      expect((await loop.proposed())?.ready).toBe(FEW + 1);
    });

    test('customers’ names, companies and words stay words in the issue and its comments', async () => {
      const { w, world } = loop;
      const evil =
        '@acme/everyone <@U1> #1 <img src=x onerror=alert(1)> [click](https://evil.example) EXP-504 when I export the report';
      const customer = { name: '<b>@channel</b> ![x](https://evil.example/p.png)' };
      await loop.reports(1, 6, evil, { customer });
      await loop.press('C-', 'create_issue');
      await loop.reports(7, 8, evil, { customer });
      await loop.keepTrack();
      await loop.engineer('fixed');
      w.clock.advance(HOUR);
      await loop.reports(9, 9, evil, { customer });
      await loop.keepTrack();
      const [issue] = await world.farEnd();
      expect(issue?.comments).toHaveLength(2);
      for (const text of [issue?.body, ...(issue?.comments ?? [])]) {
        expect(text).toContain('EXP-504');
        expect(text).not.toMatch(
          /@acme|@channel|<@U1|(^|\s)#1\b|(^|[^\\])<img|(^|[^\\])<b>|[^\\]\]\(https?:/m,
        );
      }
    });

    test('a tracker that hangs is said on the bug’s card until it answers again', async () => {
      await loop.issueOf(FEW);
      const { get } = loop.tracker();
      loop.tracker().get = (id) => get(id, AbortSignal.timeout(200));
      loop.world.faults.push({ kind: 'hang', when: 'before' });
      await loop.hears();
      expect(loop.pings()[0]).toContain('cannot be reached (no answer in time)');
      loop.w.clock.advance(2 * 60_000);
      await loop.keepTrack();
      expect(loop.pings()[0]).not.toContain('cannot be reached');
    });
  });
});
