// Teams' parts by themselves: renderer and forms, recorded activities, configuration, pace, package.
import { describe, expect, it } from 'vitest';
import { readActivity } from '../../../adapters/chat/teams/activity.ts';
import { PUBLIC_CLOUD, teamsConfig } from '../../../adapters/chat/teams/config.ts';
import { renderForm } from '../../../adapters/chat/teams/forms.ts';
import { createTeams } from '../../../adapters/chat/teams/index.ts';
import { teamsManifest, teamsPackage } from '../../../adapters/chat/teams/package.ts';
import { commandOf, parsePress, wordsOf } from '../../../adapters/chat/teams/parse.ts';
import { renderCard } from '../../../adapters/chat/teams/render.ts';
import type { Card, Form } from '../../../src/model/card.ts';
import { zonedInstant } from '../../../src/model/zone.ts';
import { adapterDeps } from '../../support/adapter-memory.ts';
import { actionsOn, elementsOf, readCard, wordsOn } from '../../support/adaptive-schema.ts';
import { nameOf } from '../../support/teams-people.ts';
import { approve, editInCard, mention, openEscalate, snooze } from './teams-activities.ts';

const REF = { ticketId: 'T-1042', draftVersion: 3 };

const editForm = (text: string): Form => ({
  id: 'edit',
  ref: REF,
  title: 'Reply to Maria',
  submit: 'Send',
  fields: [{ type: 'multiline', id: 'text', label: 'Reply', required: true, maxLength: 20_000, value: text }],
});

function cardWithEdit(text: string, form = editForm(text)): Card {
  return {
    tone: 'P2',
    fallback: 'P2 · T-1042',
    ref: REF,
    blocks: [
      { type: 'header', text: 'About', chips: [{ kind: 'id', text: 'T-1042' }] },
      {
        type: 'actions',
        buttons: [{ id: 'form:edit', label: 'Edit', style: 'default', form }],
        menu: [{ id: 'form:note', label: 'Add note…', style: 'default' }],
      },
    ],
  };
}

/** Reads a card as Teams would, and fails when it would not. */
function accepted(value: unknown) {
  const read = readCard(JSON.parse(JSON.stringify(value)));
  if (!read.ok) throw new Error(read.fault);
  return read.card;
}

const activity = (value: unknown) => {
  const read = readActivity(JSON.parse(JSON.stringify(value)));
  if (!read) throw new Error('not an activity');
  return read;
};

describe('the renderer', () => {
  it('opens the edit form within the card, prefilled, and other forms in dialogs', () => {
    const [edit, note] = actionsOn(accepted(renderCard(cardWithEdit('Dear Maria')).card));
    if (edit?.type !== 'Action.ShowCard') throw new Error('no form within the card');
    expect(elementsOf({ body: edit.card.body })).toContainEqual(
      expect.objectContaining({ type: 'Input.Text', id: 'text', value: 'Dear Maria' }),
    );
    expect(edit.card.actions).toMatchObject([
      { type: 'Action.Execute', data: { action: 'submit:edit', ref: REF } },
      { title: 'Open in a window', mode: 'secondary' },
    ]);
    expect(note).toMatchObject({
      type: 'Action.Submit',
      data: { msteams: { type: 'task/fetch' }, action: 'form:note' },
    });
  });

  it('has one button below the text, the one that sends; those that rewrite stand above it or in a menu', () => {
    const rewrites = ['Shorter', 'Friendlier'] as const;
    const form = { ...editForm('Dear Maria'), rewrites: [...rewrites] };
    const [edit] = actionsOn(accepted(renderCard(cardWithEdit('Dear Maria', form)).card));
    if (edit?.type !== 'Action.ShowCard') throw new Error('no form within the card');
    const [send, ...menu] = edit.card.actions;
    expect(send?.title).toBe('Send');
    expect(menu.map(({ mode }) => mode)).toEqual(menu.map(() => 'secondary'));
    expect(menu.map(nameOf)).toEqual(['rewrite:shorter', 'rewrite:friendlier', 'form:edit']);

    const dialog = accepted(renderForm(form, 'dialog'));
    expect(dialog.actions?.map(({ title }) => title)).toEqual(['Send']);
    expect(dialog.body[0]).toMatchObject({
      type: 'ActionSet',
      actions: rewrites.map((title) => ({ title, associatedInputs: 'none' })),
    });
    expect(wordsOn(dialog)).toContain('what you have typed here is not kept');
  });

  it('opens a dialog where the draft leaves no room in the card, and says so where none is enough', () => {
    const long = 'ж'.repeat(12_900);
    const [edit] = actionsOn(accepted(renderCard(cardWithEdit('ж'.repeat(12_000))).card));
    expect(edit?.type).toBe('Action.ShowCard');
    const [longer] = actionsOn(accepted(renderCard(cardWithEdit(long)).card));
    expect(longer?.type).toBe('Action.Submit');
    expect(renderForm(editForm(long), 'dialog')).not.toBeNull();
    expect(renderForm(editForm('ж'.repeat(20_000)), 'dialog')).toBeNull();
  });

  it('shortens long lists of choices visibly', () => {
    const options = Array.from({ length: 3_000 }, (_, n) => ({ value: `area/${n}`, label: `Area ${n}` }));
    const form: Form = {
      id: 'reclassify',
      ref: REF,
      title: 'Which category is right?',
      submit: 'Change',
      fields: [{ type: 'select', id: 'category', label: 'Category', required: true, options }],
    };
    const card = accepted(renderForm(form, 'dialog'));
    expect(wordsOn(card)).toMatch(/\d+ more can be chosen in the console/);
  });
});

describe('recorded activities', () => {
  it('a pressed button', () => {
    expect(parsePress(activity(approve))).toMatchObject({
      ref: REF,
      intent: { type: 'decision', decision: { kind: 'approve' } },
    });
  });

  it('a reply written within the card', () => {
    expect(parsePress(activity(editInCard))).toMatchObject({
      ref: REF,
      intent: { decision: { kind: 'edit', text: 'Dear Maria,\nhere it is.', then: 'resolve' } },
    });
  });

  it('a dialog that is to be opened', () => {
    expect(parsePress(activity(openEscalate))).toMatchObject({
      ref: REF,
      intent: { type: 'open_form', form: 'escalate' },
    });
  });

  it('a date that was picked counts more than a preset, in the zone of the person', () => {
    expect(parsePress(activity(snooze))).toMatchObject({
      intent: { decision: { kind: 'snooze', until: '2026-07-06T08:30:00.000Z' } },
    });
  });

  it('words with mentions and escapes', () => {
    expect(wordsOf(activity(mention))).toEqual({
      text: '@deskhand send: 2 < 3 & @Ben Okri agrees\nsecond line',
      addressed: true,
    });
    expect(commandOf('@deskhand queue')).toBe('queue');
    expect(commandOf('/deskhand  ticket T-1')).toBe('ticket T-1');
  });

  it.each([
    ['a button of somebody else', { action: { data: { action: 'explode', ref: REF } } }],
    [
      'a reference that is none',
      { action: { data: { action: 'approve', ref: { ticketId: 'T-1; drop', draftVersion: 1 } } } },
    ],
    ['no data', null],
  ])('%s means nothing', (_, value) => {
    expect(parsePress(activity({ ...approve, value }))).toBeNull();
  });

  it('a form that cannot be a decision says which field', () => {
    const empty = { data: { action: 'submit:flag', ref: REF, reason: '  ' } };
    expect(parsePress(activity({ ...snooze, value: empty }))).toMatchObject({
      kind: 'invalid',
      problem: /reason/,
    });
  });
});

it.each([
  ['2026-03-02', '09:00', 'Europe/Paris', '2026-03-02T08:00:00.000Z'],
  ['2026-03-29', '03:30', 'Europe/Paris', '2026-03-29T01:30:00.000Z'],
  ['2026-11-01', '09:00', 'America/New_York', '2026-11-01T14:00:00.000Z'],
])('%s %s in %s is %s', (date, time, zone, instant) => {
  expect(zonedInstant(date, time, zone)?.toISOString()).toBe(instant);
});

describe('the configuration', () => {
  const id = '11111111-1111-1111-1111-111111111111';
  const read = (env: Record<string, string>) => teamsConfig.safeParse({ env, yaml: {} });
  const issue = (env: Record<string, string>) => read(env).error?.issues[0];

  it('is off without its variables', () => {
    expect(read({}).data).toBeNull();
    expect(read({ TEAMS_SERVICE_URL: 'https://smba.example/x', TEAMS_INSECURE_LOCAL: '0' }).data).toBeNull();
  });

  it('takes a registration', () => {
    expect(read({ TEAMS_APP_ID: id, TEAMS_APP_PASSWORD: 'x', TEAMS_TENANT_ID: id }).data).toMatchObject({
      app: { id, password: 'x', tenantId: id },
      serviceUrl: 'https://smba.trafficmanager.net/teams/',
    });
  });

  it.each([
    [{ TEAMS_APP_ID: id, TEAMS_APP_PASSWORD: 'x' }, 'TEAMS_TENANT_ID'],
    [{ TEAMS_APP_ID: 'my bot' }, 'TEAMS_APP_ID'],
    [{ TEAMS_INSECURE_LOCAL: '1', TEAMS_APP_ID: id }, 'TEAMS_INSECURE_LOCAL'],
    [{ TEAMS_INSECURE_LOCAL: '1', HOST: '0.0.0.0' }, 'TEAMS_INSECURE_LOCAL'],
  ])('%o names %s', (env, name) => {
    expect(issue(env)?.path).toEqual(['env', name]);
  });
});

describe('without a registration', () => {
  const deps = adapterDeps();
  const platform = createTeams(
    {
      app: null,
      serviceUrl: 'http://127.0.0.1:9/',
      authority: PUBLIC_CLOUD,
      publicUrl: null,
      people: {},
      requestMs: 1_000,
    },
    deps,
  );

  it.each([
    ['another machine', '10.0.0.7', {}],
    ['a proxy on this machine', '127.0.0.1', { 'x-forwarded-for': '10.0.0.7' }],
    ['a web page', '127.0.0.1', { origin: 'https://evil.example' }],
    ['a name that was pointed here', '127.0.0.1', { host: 'evil.example' }],
  ])('%s is refused', async (_, address, headers: Record<string, string>) => {
    await platform.start(async () => ({ kind: 'none' }));
    const host = headers.host ?? 'localhost:3000';
    const request = new Request(`http://${host}/webhooks/teams`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(approve),
    });
    const response = await platform.routes[0]?.handle(request, {}, { address });
    expect(response?.status).toBe(403);
    await platform.stop();
  });
});

describe('the app package', () => {
  const options = {
    appId: '11111111-1111-1111-1111-111111111111',
    publicUrl: 'https://support.example.com/',
  };

  it('asks for replies without a mention, and keeps within the lengths of the schema', () => {
    const manifest = teamsManifest(options);
    expect(manifest.authorization.permissions.resourceSpecific).toEqual([
      { name: 'ChannelMessage.Read.Group', type: 'Application' },
    ]);
    expect(manifest.validDomains).toEqual(['support.example.com']);
    expect(manifest.description.short.length).toBeLessThanOrEqual(80);
    for (const { title, description } of manifest.bots[0]?.commandLists[0]?.commands ?? []) {
      expect(title.length).toBeLessThanOrEqual(32);
      expect(description.length).toBeLessThanOrEqual(128);
    }
  });

  it('is a zip of manifest and icons of the right size', () => {
    const bytes = Buffer.from(teamsPackage(options));
    const files = new Map<string, Buffer>();
    for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50; ) {
      const size = bytes.readUInt32LE(at + 18);
      const name = bytes.readUInt16LE(at + 26);
      const data = at + 30 + name;
      files.set(bytes.toString('utf8', at + 30, data), bytes.subarray(data, data + size));
      at = data + size;
    }
    expect([...files.keys()]).toEqual(['manifest.json', 'color.png', 'outline.png']);
    expect(JSON.parse(String(files.get('manifest.json')))).toEqual(teamsManifest(options));
    expect(files.get('color.png')?.readUInt32BE(16)).toBe(192);
    expect(files.get('outline.png')?.readUInt32BE(16)).toBe(32);
  });
});
