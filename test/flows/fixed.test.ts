// From a closed issue to the customers who reported it: one proposal, approved once.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { act } from '../../src/flows/actions.ts';
import { keepTrack } from '../../src/flows/track.ts';
import { createIssue } from '../../src/flows/tracker.ts';
import { type IssueDesk, openIssueDesk } from '../support/issue-desk.ts';
import { NO_WORDS } from '../support/writer.ts';

const ANA = { name: 'Ana' };

let w: IssueDesk['w'];
let tracker: IssueDesk['tracker'];
let cluster: IssueDesk['cluster'];
let closeAs: IssueDesk['closeAs'];
let proposals: IssueDesk['proposals'];
let onProposal: IssueDesk['onProposal'];

beforeEach(() => open());
afterEach(() => w.close());

async function open(yaml: Record<string, unknown> = {}) {
  ({ w, tracker, cluster, closeAs, proposals, onProposal } = await openIssueDesk(yaml));
}

const sentTo = () => w.email.sent.map(({ to }) => to.email);

async function firstRecipient(name: string): Promise<string> {
  const all = await w.store.recipientsOf(1);
  return String(all.find((one) => one.name.startsWith(name))?.id);
}

describe('an issue that is closed', () => {
  test('as fixed: one proposal for everybody who reported it, sent by one approval', async () => {
    const names = Array.from({ length: 15 }, (_, n) => `customer${n}`);
    const id = await cluster(names);
    await createIssue(w.deps, id, ANA);
    await closeAs('fixed');
    expect(proposals()).toHaveLength(1);
    expect(proposals()[0]?.card.fallback).toContain('Tell 15 customers that it is fixed');
    expect(w.email.sent).toEqual([]);

    await onProposal({ type: 'act', act: 'send_all' });
    await w.work();
    expect(sentTo().sort()).toEqual(names.map((name) => `${name}@acme.example`).sort());
    expect(w.email.sent[0]?.text).toContain('“The exported PDF is empty”. It is fixed now.');
    expect(new Set(w.email.sent.map(({ key }) => key)).size).toBe(15);
    expect((await w.store.listTickets({ limit: 50 })).every(({ status }) => status === 'resolved')).toBe(
      true,
    );
  });

  test('while its state was being asked for is asked for again', async () => {
    await createIssue(w.deps, await cluster(['ada']), ANA);
    const { get } = tracker;
    tracker.get = async (issueId, signal) => {
      tracker.get = get;
      const told = await get(issueId, signal);
      await tracker.close?.(issueId, 'fixed', 'Devin');
      await w.store.markIssueStale('sample', issueId);
      return told;
    };
    await w.store.markIssueStale('sample', 'CREW-1');
    await keepTrack(w.deps);
    expect(proposals()).toEqual([]);
    await keepTrack(w.deps);
    expect(proposals()).toHaveLength(1);
  });

  test.each(['not_planned', 'duplicate'] as const)('as %s: nobody is told', async (state) => {
    const id = await cluster(['ada', 'bob']);
    await createIssue(w.deps, id, ANA);
    const told = await tracker.get('CREW-1', AbortSignal.timeout(1));
    tracker.get = async () => told && { ...told, state };
    await w.store.markIssueStale('sample', 'CREW-1');
    await keepTrack(w.deps);
    expect(proposals()).toEqual([]);
    expect((await w.store.clusterSummaries())[0]).toMatchObject({ status: 'confirmed', issue: { state } });
  });

  test('heard of ten times at once: one proposal', async () => {
    const id = await cluster(['ada']);
    await createIssue(w.deps, id, ANA);
    await tracker.close?.('CREW-1', 'fixed', 'Devin');
    for (let n = 0; n < 10; n++) {
      await w.store.markIssueStale('sample', 'CREW-1');
      await Promise.all([keepTrack(w.deps), keepTrack(w.deps)]);
    }
    expect(proposals()).toHaveLength(1);
  });

  test('reopened before anybody was told: the proposal is taken back', async () => {
    const id = await cluster(['ada']);
    await createIssue(w.deps, id, ANA);
    await closeAs('fixed');
    await tracker.reopen('CREW-1', AbortSignal.timeout(1));
    await w.store.markIssueStale('sample', 'CREW-1');
    await keepTrack(w.deps);
    expect(await onProposal({ type: 'act', act: 'send_all' })).toMatchObject({ ok: false });
    expect(w.email.sent).toEqual([]);
  });
});

describe('a proposal', () => {
  async function proposed(names: string[]) {
    const id = await cluster(names);
    await createIssue(w.deps, id, ANA);
    await closeAs('fixed');
    return id;
  }

  test('leaves out whom an agent leaves out, and says so', async () => {
    await proposed(['ada', 'bob', 'cid']);
    const form = await onProposal({ type: 'open_form', form: 'choose' });
    expect(form).toMatchObject({
      kind: 'form',
      form: { fields: [{ type: 'choices', options: expect.any(Array) }] },
    });
    await onProposal({ type: 'submit', form: 'choose', values: { leave_out: await firstRecipient('bob') } });
    expect(JSON.stringify(proposals()[0]?.card)).toContain('left out by Ana');
    await onProposal({ type: 'act', act: 'send_all' });
    await w.work();
    expect(sentTo()).toEqual(['ada@acme.example', 'cid@acme.example']);
  });

  test('sends the text that an agent edited, signed, and only to what the approver saw', async () => {
    await proposed(['ada']);
    const seen = proposals()[0]?.card.ref?.draftVersion;
    await onProposal({
      type: 'submit',
      form: 'edit_message',
      values: { en: '{greeting}\n\nFixed in 4.2. {other}' },
    });
    expect(await onProposal({ type: 'act', act: 'send_all' }, seen)).toMatchObject({ ok: false });
    await onProposal({ type: 'act', act: 'send_all' });
    await w.work();
    expect(w.email.sent.map(({ text }) => text)).toEqual([
      'Hello,\n\nFixed in 4.2. {other}\n\nBest regards,\nThe support team',
    ]);
  });

  test('is sent once, however often it is approved', async () => {
    await proposed(['ada', 'bob']);
    await Promise.all(Array.from({ length: 5 }, () => onProposal({ type: 'act', act: 'send_all' })));
    await onProposal({ type: 'act', act: 'send_all' });
    await keepTrack(w.deps);
    await w.work();
    expect(sentTo().sort()).toEqual(['ada@acme.example', 'bob@acme.example']);
  });

  test('that was approved when its process died is finished by the next', async () => {
    await proposed(['ada', 'bob']);
    await w.store.updateProposal(1, { status: 'sent', decidedBy: 'Ana', decidedAt: w.clock.now() });
    await keepTrack(w.deps);
    await w.work();
    expect(sentTo().sort()).toEqual(['ada@acme.example', 'bob@acme.example']);
  });

  test('skips who opted out, is upset about something else or wrote again, with the reason', async () => {
    const id = await cluster(['ada', 'bob', 'cid']);
    await createIssue(w.deps, id, ANA);
    await w.pool.query("update customer set opted_out = true where name = 'ada Smith'");
    await w.write('Charged twice for the same seat!', {
      customer: { email: 'bob@acme.example' },
      subject: 'Invoice',
      threadId: 'invoice',
    });
    await w.work();
    await w.pool.query(`update ticket set analysis = jsonb_set(analysis, '{frustration}', '0.9')`);
    await closeAs('fixed');
    const card = JSON.stringify(proposals()[0]?.card);
    expect(card).toContain('Tell 1 customer that it is fixed');
    expect(card).toContain('wants no messages from us');
    expect(card).toContain('is upset');
    const customer = { email: 'cid@acme.example' };
    await w.write('It is still empty, please look at it today.', { customer, subject: 'Empty PDF' });
    await onProposal({ type: 'act', act: 'send_all' });
    expect(w.email.sent).toEqual([]);
    expect((await w.store.recipientsOf(1)).map(({ reason }) => reason)).toContain('wrote again just then');
  });

  /** Reported by Ada in English, and by Bob in another language. */
  async function proposedToBobIn(language: string) {
    await createIssue(w.deps, await cluster(['ada', 'bob']), ANA);
    await w.pool.query(
      `update ticket set analysis = jsonb_set(analysis, '{language}', to_jsonb($1::text))
       where customer_id = (select id from customer where name = 'bob Smith')`,
      [language],
    );
    await closeAs('fixed');
  }

  test('is written in each customer’s own language', async () => {
    await proposedToBobIn('de');
    await onProposal({ type: 'act', act: 'send_all' });
    await w.work();
    const texts = Object.fromEntries(w.email.sent.map(({ to, text }) => [to.email, text]));
    expect(texts['ada@acme.example']).toContain('It is fixed now');
    expect(texts['bob@acme.example']).toContain('Der Fehler ist jetzt behoben');
  });

  describe('to somebody who writes a language that we cannot', () => {
    async function proposedToPole() {
      await proposedToBobIn('pl');
      return JSON.stringify(proposals().at(-1)?.card);
    }
    const sentToBob = async () => {
      await onProposal({ type: 'act', act: 'send_all' });
      await w.work();
      return w.email.sent.find(({ to }) => to.email === 'bob@acme.example')?.text;
    };

    test('goes out in English, and the card says so', async () => {
      expect(await proposedToPole()).toContain(
        'Who writes Polish gets it in English, because no language model is set up that could translate it.',
      );
      expect(await sentToBob()).toContain('It is fixed now');
    });

    test.each([
      [
        'translates it, and the card says so',
        'Dzień dobry,\n\nto działa: „{about}”.',
        'Translated into Polish',
      ],
      ['that cannot has it go out in English, and the card says so', null, 'could not translate it'],
    ])('a language model %s', async (_, body, said) => {
      w.deps.writer = {
        ...NO_WORDS,
        translate: async (_, texts) => (body === null ? null : { ...texts, body }),
      };
      expect(await proposedToPole()).toContain(said);
      expect(await sentToBob()).toMatch(body ? /^Dzień dobry,\n\nto działa: „[^{”]+”\./ : /It is fixed now/);
    });
  });

  describe('to more customers than a list holds', () => {
    /** A hundred customers, of whom the last ten are held; the languages go round. */
    async function toAHundred(languages = ['en']) {
      const { rows } = await w.pool.query(
        `insert into customer (name) select 'Customer ' || n from generate_series(1, 100) n returning id::float8 as id`,
      );
      const recipients = rows.map(({ id }, n) => ({
        ...{ customerId: id, language: languages[n % languages.length] ?? 'en', about: 'the export' },
        ...(n < 90
          ? { state: 'ready' as const }
          : { state: 'held' as const, reason: 'is upset about something else' }),
      }));
      const texts = Object.fromEntries(languages.map((language) => [language, `Text in ${language}.`]));
      const facts = { kind: 'fixed', key: 'many', title: 'Empty PDF', reason: 'CREW-1 is fixed.' } as const;
      await w.store.insertProposal({ ...facts, texts, createdAt: w.clock.now() }, recipients);
      await keepTrack(w.deps);
    }
    const inState = async (state: string) =>
      (await w.store.recipientsOf(1)).filter((one) => one.state === state).map(({ name }) => name);

    test('nobody who is held is let go, and the others are left out by name', async () => {
      await toAHundred();
      const held = await inState('held');
      const form = await onProposal({ type: 'open_form', form: 'choose' });
      const [list] = form.kind === 'form' ? form.form.fields : [];
      const kept = list?.value?.split(',') ?? [];
      expect(kept).toHaveLength(10);
      const submit = (leave_out: string, named: string) =>
        onProposal({ type: 'submit', form: 'choose', values: { leave_out, named } });

      expect(await submit(kept.join(','), 'Customer 88\nCustomer 777')).toMatchObject({
        ok: false,
        text: expect.stringContaining('“Customer 777” is no name'),
      });
      expect(await inState('left_out')).toEqual([]);
      await submit(kept.join(','), 'customer 88\nCustomer 89');
      expect(await inState('held')).toEqual(held);
      expect(await inState('left_out')).toEqual(['Customer 88', 'Customer 89']);
      // Who was left out is listed from now on, and can be taken in again.
      const again = (await w.store.recipientsOf(1)).find(({ name }) => name === 'Customer 88');
      const but = (await w.store.recipientsOf(1)).filter(
        ({ state, id }) => state !== 'ready' && id !== again?.id,
      );
      await submit(but.map(({ id }) => id).join(','), '');
      expect(await inState('left_out')).toEqual(['Customer 89']);
      expect(await inState('held')).toEqual(held);
    });

    test('the text of a sixth language is edited, too', async () => {
      const languages = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl'];
      await toAHundred(languages);
      const form = await onProposal({ type: 'open_form', form: 'edit_message' });
      const fields = form.kind === 'form' ? form.form.fields : [];
      const values = Object.fromEntries(fields.map(({ id, value = '' }) => [id, value]));
      const edit = (others: string) =>
        onProposal({ type: 'submit', form: 'edit_message', values: { ...values, others } });
      expect(await edit('No language at all')).toMatchObject({ ok: false });
      await edit(values.others?.replace(/Text in (\w+)/g, 'New in $1') ?? '');
      expect(Object.values((await w.store.getProposal(1))?.texts ?? {}).sort()).toEqual(
        languages.map((language, n) => `${n < 4 ? 'Text' : 'New'} in ${language}.`).sort(),
      );
    });
  });

  test('is not for viewers and strangers', async () => {
    await proposed(['ada']);
    const ref = proposals()[0]?.card.ref ?? null;
    for (const userId of ['vera@team.example', 'eve@elsewhere.example'])
      expect(
        await act(w.deps, {
          ref,
          agent: { platform: 'console', userId },
          intent: { type: 'act', act: 'send_all' },
        }),
      ).toMatchObject({ ok: false });
    await w.work();
    expect(w.email.sent).toEqual([]);
  });

  test('can be dismissed, and then nothing is sent', async () => {
    await proposed(['ada']);
    await onProposal({ type: 'act', act: 'dismiss' });
    expect(await onProposal({ type: 'act', act: 'send_all' })).toMatchObject({ ok: false });
    expect(JSON.stringify(proposals()[0]?.card)).toContain('Dismissed by Ana');
  });
});
