// What every tracker promises. Each test ends at the far end's own record, or begins with its own wire event.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { trackerRoutes } from '../../src/infra/http/tracker-webhook.ts';
import type { NewIssue, StateWords } from '../../src/model/issue.ts';
import type { AdapterConfigInput, Tracker } from '../../src/ports.ts';
import type { Fault } from '../support/fault-proxy.ts';
import { silentLog } from '../support/silent-log.ts';

export interface WorldOptions {
  credential?: string;
  /** False: no webhook is set up, so that changes are asked for. */
  pushes?: boolean;
  /** What the team says that its words mean. */
  states?: StateWords;
}

/** One tracker with its far end. */
export interface TrackerWorld {
  /** What a bot that uses it is told. */
  setup(options?: WorldOptions): AdapterConfigInput;
  /** A tracker with nothing in memory: what a restart of the bot builds. */
  create(options?: WorldOptions): Tracker;
  /** Issues as the far end keeps them. */
  farEnd(): Promise<{ id: string; title: string; body: string; labels: string[]; comments: string[] }[]>;
  /** An engineer works on an issue at the far end. */
  set(issueId: string, state: 'fixed' | 'not_planned' | 'duplicate'): Promise<void>;
  /** The far end's webhook for a change of this issue, as it posts it. */
  webhook(issueId: string, at?: Date): { headers: Record<string, string>; body: string };
  /** What the next requests meet. */
  faults: (Fault | null)[];
  /** How the far end says "too many requests, wait 30 s". */
  tooMany: Fault;
  remove(): Promise<void>;
}

const marker = 'deskhand-abcdefgh';
const report: NewIssue = {
  title: 'Exported PDF is empty',
  marker,
  parts: [
    { type: 'text', text: 'The export of a report is an empty page.' },
    { type: 'fields', fields: [{ label: 'Customers', value: '7' }] },
    { type: 'steps', items: ['Open a report', 'Press Export'] },
    { type: 'quote', text: 'It is blank!' },
    { type: 'code', text: 'HTTP 504' },
  ],
};
const hostile =
  '@acme/everyone #1 <img src=x onerror=alert(1)> [click](https://evil.example) www.evil.example';

export function trackerContract(name: string, build: () => Promise<TrackerWorld>): void {
  describe(`tracker: ${name}`, { timeout: 180_000 }, () => {
    let world: TrackerWorld;
    let tracker: Tracker;
    const signal = () => AbortSignal.timeout(10_000);

    beforeEach(async () => {
      world = await build();
      tracker = world.create();
      changed = [];
      down = false;
    });
    afterEach(async () => {
      await world.remove();
    });

    /** Issues that webhooks told of; `down`: none can be kept. */
    let changed: string[];
    let down = false;

    async function post(event: { headers: Record<string, string>; body: string }): Promise<number> {
      const [route] = trackerRoutes(tracker, {
        clock: { now: () => new Date() },
        log: silentLog,
        async changed(issueId) {
          if (down) throw new Error('the database is away');
          changed.push(issueId);
        },
      });
      if (!route) throw new Error('the tracker brings no webhook');
      const request = new Request(`http://localhost${route.path}`, { method: 'POST', ...event });
      return (await route.handle(request, {}, { address: '127.0.0.1' })).status;
    }

    test('creates an issue with its text and labels, and tells its address', async () => {
      const issue = await tracker.create(report, signal());
      expect(issue).toMatchObject({ title: report.title, state: 'open' });
      expect(issue.url).toMatch(/^https?:\/\//);
      const [kept] = await world.farEnd();
      expect(kept?.labels).toEqual(expect.arrayContaining([expect.stringMatching(/^bug$/i)]));
      for (const words of ['empty page', 'Customers', 'Press Export', 'It is blank', 'HTTP 504'])
        expect(kept?.body).toContain(words);
    });

    test('finds by its marker an issue whose answer was lost, and creates no second one', async () => {
      // The first request may be about something else than the creation, so the answers are lost from there on.
      await tracker.health();
      world.faults.push({ kind: 'drop', when: 'after' });
      await expect(tracker.create(report, signal())).rejects.toMatchObject({ code: 'outcome_unknown' });
      tracker = world.create();
      const found = await tracker.find(marker, new Date(Date.now() - 60_000), signal());
      expect(found?.title).toBe(report.title);
      expect(await world.farEnd()).toHaveLength(1);
      expect(await tracker.find('deskhand-zzzzzzzz', new Date(0), signal())).toBeNull();
    });

    test('what was refused before it was heard was not created', async () => {
      await tracker.health();
      world.faults.push({ kind: 'drop', when: 'before' });
      await expect(tracker.create(report, signal())).rejects.toMatchObject({ retryable: true });
      expect(await tracker.find(marker, new Date(Date.now() - 60_000), signal())).toBeNull();
    });

    test('finds issues about the same thing, and none about something else', async () => {
      await tracker.create(report, signal());
      await tracker.create({ ...report, title: 'Login page is slow', marker: 'deskhand-other' }, signal());
      const found = await tracker.search('Exported PDF', 5, signal());
      expect(found.map(({ title }) => title)).toEqual(['Exported PDF is empty']);
      expect(await tracker.search('calendar invitation timezone', 5, signal())).toEqual([]);
      expect(await tracker.search('" OR 1=1 --', 5, signal())).toEqual([]);
    });

    test('customers’ words stay words: no mention, reference, link or markup', async () => {
      await tracker.create(
        {
          ...report,
          title: hostile,
          parts: [
            { type: 'text', text: hostile },
            { type: 'quote', text: `${hostile}\n# big` },
          ],
        },
        signal(),
      );
      const [kept] = await world.farEnd();
      expect(kept?.body).not.toMatch(
        /@acme|(^|\s)#1\b|(^|[^\\])<img|[^\\]\]\(https?:|(^|[^\\])\[click\]|^> # big/m,
      );
    });

    test('takes texts longer than the tracker does, the marker kept', async () => {
      const long = { type: 'text' as const, text: 'words and words '.repeat(8_000) };
      await tracker.create(
        { ...report, title: 'x'.repeat(1_000), parts: [report.parts[0] ?? long, long] },
        signal(),
      );
      const [kept] = await world.farEnd();
      expect(kept?.title.length).toBeLessThanOrEqual(256);
      expect(kept?.body).toContain('longer than the tracker takes');
      expect(await tracker.find(marker, new Date(0), signal())).not.toBeNull();
    });

    test('keeps one comment up to date, by its id or, when its answer was lost, by its marker', async () => {
      const { id } = await tracker.create(report, signal());
      const since = new Date(Date.now() - 60_000);
      const say = (text: string, known: string | null, as = marker) =>
        tracker.comment(id, { known, marker: as, since, parts: [{ type: 'text', text }] }, signal());
      const comments = async () => (await world.farEnd())[0]?.comments ?? [];
      const first = await say('7 customers', null);
      tracker = world.create();
      expect(await say('9 customers', first)).toBe(first);
      expect(await say('11 customers', null)).toBe(first);
      expect(await say('back', null, 'deskhand-regression')).not.toBe(first);
      expect(await comments()).toHaveLength(2);
      expect((await comments())[0]).toContain('11 customers');
    });

    test.each(['fixed', 'not_planned', 'duplicate'] as const)('tells closed as %s apart', async (state) => {
      const { id } = await tracker.create(report, signal());
      await world.set(id, state);
      expect(await tracker.get(id, signal())).toMatchObject({ id, state });
    });

    test('reopens, and knows the issue by its address', async () => {
      const { id, url } = await tracker.create(report, signal());
      await world.set(id, 'fixed');
      expect(await tracker.reopen(id, signal())).toMatchObject({ id, state: 'open' });
      expect(await tracker.get(id, signal())).toMatchObject({ state: 'open' });
      expect(tracker.idOf(url)).toBe(id);
      expect(tracker.idOf('https://elsewhere.example/a/b')).toBeNull();
    });

    test('an issue that is gone is null', async () => {
      const { id } = await tracker.create(report, signal());
      expect(await tracker.get(id.replace(/\d+$/, '999'), signal())).toBeNull();
    });

    test('says how long to wait when there were too many requests', async () => {
      world.faults.push(world.tooMany);
      await expect(tracker.search('Exported PDF', 5, signal())).rejects.toMatchObject({
        code: 'tracker_limited',
        retryable: true,
        retryAfterMs: 30_000,
      });
      expect(await tracker.search('Exported PDF', 5, signal())).toEqual([]);
    });

    test('a far end with a fault may be tried again', async () => {
      world.faults.push({ kind: 'status', status: 502 });
      await expect(tracker.search('Exported PDF', 5, signal())).rejects.toMatchObject({ retryable: true });
      world.faults.push({ kind: 'drop', when: 'before' });
      expect((await tracker.health()).ok).toBe(false);
      expect((await tracker.health()).ok).toBe(true);
    });

    test.each(['before', 'after'] as const)(
      'one that hangs %s it answers is waited for only so long, and the reason is said',
      async (when) => {
        const { id } = await tracker.create(report, signal());
        const impatient = () => AbortSignal.timeout(300);
        world.faults.push({ kind: 'hang', when });
        await expect(tracker.get(id, impatient())).rejects.toMatchObject({
          code: 'tracker_unavailable',
          retryable: true,
          message: `${tracker.name} cannot be reached (no answer in time).`,
        });
        world.faults.push({ kind: 'hang', when });
        await expect(
          tracker.create({ ...report, marker: 'deskhand-hangs' }, impatient()),
        ).rejects.toMatchObject({
          code: 'outcome_unknown',
          retryable: true,
          message: expect.stringContaining('no answer in time'),
        });
        const made = async () => (await tracker.find('deskhand-hangs', new Date(0), signal())) !== null;
        await expect.poll(made).toBe(when === 'after');
      },
    );

    test('an answer that cannot be read is a fault of the far end', async () => {
      const { id } = await tracker.create(report, signal());
      for (const body of ['<html>Sign in</html>', '{"hello":"world"}']) {
        world.faults.push({ kind: 'status', status: 200, body });
        await expect(tracker.get(id, signal())).rejects.toMatchObject({
          code: 'tracker_unavailable',
          retryable: true,
        });
        world.faults.push({ kind: 'status', status: 200, body });
        await expect(tracker.create(report, signal())).rejects.toMatchObject({ code: 'outcome_unknown' });
      }
    });

    test('a wrong credential is named', async () => {
      const stranger = world.create({ credential: 'wrong' });
      world.faults.push({ kind: 'status', status: 401 });
      expect(await stranger.health()).toMatchObject({
        ok: false,
        detail: expect.stringMatching(/[A-Z]+_[A-Z_]+/),
      });
    });

    test('a webhook tells which issue may have changed', async () => {
      const { id } = await tracker.create(report, signal());
      expect(await post(world.webhook(id))).toBeLessThan(300);
      expect(changed).toEqual([id]);
    });

    test('a webhook that is not signed with the secret is refused', async () => {
      const { id } = await tracker.create(report, signal());
      const event = world.webhook(id);
      expect(await post({ ...event, body: event.body.replace('{', '{ ') })).toBe(401);
      expect(await post({ headers: {}, body: event.body })).toBe(401);
      expect(changed).toEqual([]);
    });

    test('a webhook that could not be kept is asked for again', async () => {
      const { id } = await tracker.create(report, signal());
      const event = world.webhook(id);
      down = true;
      expect(await post(event)).toBe(503);
      down = false;
      expect(await post(event)).toBeLessThan(300);
      expect(changed).toEqual([id]);
    });
  });
}
