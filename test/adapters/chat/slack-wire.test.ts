// What only Slack has: triggers that expire, blocks that a workspace refuses, lost answers, guests, rates and set-up.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCoalescer } from '../../../adapters/chat/slack/coalesce.ts';
import { slackConfig } from '../../../adapters/chat/slack/config.ts';
import { SCOPES, slackManifest } from '../../../adapters/chat/slack/manifest.ts';
import { createHttpReceiver } from '../../../adapters/chat/slack/receiver.ts';
import { aCard } from '../../contracts/chat-cards.ts';
import { type Chat, openChat, until } from '../../contracts/chat-world.ts';
import { silentLog } from '../../support/silent-log.ts';
import { SLACK } from '../../support/slack-double.ts';
import { signed } from '../../support/slack-wire.ts';
import { type SlackWorld, slackWorld } from '../../support/slack-world.ts';

describe('a desk on Slack', () => {
  let world: SlackWorld;
  let chat: Chat;
  beforeEach(async () => {
    world = await slackWorld('http');
    chat = await openChat(world);
  });
  afterEach(() => chat.close());

  const calls = (method: string) => world.slack.journal.filter((call) => call.method === method);

  it('says so when a window could not be opened in time, and opens it at the next press', async () => {
    const { key } = await chat.ticket();
    world.slack.setFault('expired trigger');
    await world.press('ana', chat.card(key), 'form:edit');
    await until(() => expect(chat.said('ana')).toContain('Please press the button again'));
    world.slack.setFault(null);
    expect((await chat.open('ana', key, 'form:edit')).values.text).toContain('Answer to');
  });

  it('draws with classic blocks where a workspace refuses the newer ones', async () => {
    world.slack.refuseNewBlocks();
    const { id, key } = await chat.ticket();
    await world.press('ana', chat.card(key), 'approve');
    await chat.afterDecision(id, 'approve');
    await until(() => expect(chat.card(key).text).toContain('Ana approved'));
    await world.command('ana', 'queue');
    await until(() => expect(chat.said('ana')).toContain('Waiting for an agent'));
    expect(world.refused()).toEqual([]);
  });

  it('posts a card once even when the answer to it is lost', async () => {
    world.slack.setFault('lost answer');
    const ref = await chat.platform.post(chat.place(), aCard({ text: 'once', key: 'T-7' }));
    expect(chat.heads()).toHaveLength(1);
    expect(ref.message).toBe(chat.heads()[0]?.ref.message);
  });

  it('writes to people directly who are not in the channel', async () => {
    world.slack.channels.get(SLACK.channel)?.members.delete('U0BEN');
    await chat.platform.notify({ platform: 'slack', userId: 'U0BEN' }, 'T-1 waits <for> you', chat.place());
    expect(world.slack.privates).toMatchObject([
      { user: 'U0BEN', channel: 'DU0BEN', text: 'T-1 waits &lt;for&gt; you' },
    ]);
  });

  it('believes the e-mail of nobody from another workspace', async () => {
    const { id, key } = await chat.ticket();
    const guest = {
      id: 'U0BEN',
      team_id: 'T0OTHER',
      real_name: 'Ben',
      profile: { email: 'ben@team.example' },
    };
    world.slack.people.set('U0BEN', guest);
    await world.press('ben', chat.card(key), 'approve');
    await until(() => expect(chat.said('ben')).toContain('not in the list of agents'));
    expect(await chat.decided(id)).toEqual([]);
  });

  it('keeps the window open when somebody is picked who is no agent', async () => {
    const { id, key } = await chat.ticket();
    await chat.open('ana', key, 'form:assign');
    await world.submit('ana', { to: 'stranger@team.example' });
    expect(world.form('ana')?.problem).toContain('stranger is not an agent of Deskhand');
    await world.submit('ana', { to: 'ben@team.example' });
    await chat.afterDecision(id, 'assign');
    await until(() => expect(chat.card(key).text).toContain('Ben has it'));
  });

  it('says in the window why no form comes, where Slack does not tell who pressed', async () => {
    const { key } = await chat.ticket();
    world.slack.silence(/^users\.info$/);
    await world.press('ben', chat.card(key), 'form:edit');
    await until(() => expect(world.shown?.('ben')).toContain('Slack does not tell who you are'));
  });

  it('takes what is said to it in the channel for a command', async () => {
    const { key } = await chat.ticket();
    const before = chat.heads().length;
    await world.say('ana', '@deskhand queue');
    await until(() => expect(chat.said('ana')).toContain(key));
    expect(chat.heads()).toHaveLength(before);
  });

  it('rewrites the draft from within the edit window', async () => {
    const { key } = await chat.ticket();
    await chat.open('ana', key, 'form:edit');
    await world.pressInWindow('ana', 'deskhand:rewrite:shorter');
    await until(async () => {
      await chat.desk.work();
      expect(chat.card(key).text).toContain('[shorter]');
    });
    await until(() =>
      expect(JSON.stringify([...world.slack.views.values()])).toContain('Rewriting: shorter'),
    );
  });

  it('spends few calls on many updates', async () => {
    const ref = await chat.platform.post(chat.place(), aCard({}));
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => chat.platform.update(ref, aCard({ text: `${n}` }))),
    );
    expect(calls('chat.update').length).toBeLessThanOrEqual(3);
    expect(chat.see(ref)?.text).toBe('29');
  });

  it.each([
    ['reactions:read', { ok: true, detail: expect.stringContaining('👀 on cards is not seen') }],
    ['users:read.email', { ok: false, detail: expect.stringContaining('install it again') }],
  ])('without the scope %s says what does not work, and the remedy', async (missing, expected) => {
    world.slack.setScopes(Object.keys(SCOPES).filter((scope) => scope !== missing));
    const health = await chat.platform.health();
    expect(health).toMatchObject(expected);
    expect(health.detail).toContain(`lacks the scopes ${missing};`);
  });

  it('shows on its Home tab one’s own tickets, what waits, and the figures of the day', async () => {
    const mine = await chat.ticket('Please send me the invoice of March');
    await chat.desk.press('ana', mine.id, { kind: 'take' });
    await chat.desk.write('The export is empty', { customer: { email: 'joe@other.example' } });
    await chat.desk.work();

    const home = await world.openHome('ana');
    expect(home).toContain('Today: 1 yours, 2 waiting');
    expect(home).toContain(mine.key);
    expect(home).toContain('The export is empty');
    expect(home).toContain('Opened');
    expect(world.refused()).toEqual([]);
  });

  it('tells people who are no agents on its Home tab what to do', async () => {
    expect(await world.openHome('stranger')).toContain('not in the list of agents');
  });

  it('tells what to do where it is not in a channel', async () => {
    world.fault('bot removed');
    for (const channel of [SLACK.channel, '#nowhere'])
      expect(await chat.platform.check?.(channel)).toMatchObject({
        ok: false,
        detail: expect.stringContaining('/invite'),
      });
  });
});

it('a form is answered in time while Slack does not tell who was picked; that nothing was done is said later', async () => {
  const world = await slackWorld('http', { timeoutMs: 4_000 });
  const chat = await openChat(world);
  const { id, key } = await chat.ticket();
  await chat.open('ana', key, 'form:assign');
  world.slack.silence(/^users\.info$/);
  await world.submit('ana', { to: 'stranger@team.example' });
  // Nothing that was typed is lost.
  expect(world.form('ana')).toMatchObject({ problem: expect.stringContaining('takes longer than usual') });
  expect(chat.said('ana')).toBe('');
  await until(() => expect(chat.said('ana')).toContain('Slack does not tell who that is'));
  expect(await chat.decided(id)).toEqual([]);
  await chat.close();
});

describe('the door for Slack', () => {
  const receiver = createHttpReceiver({
    signingSecret: SLACK.signingSecret,
    clock: { now: () => new Date() },
    log: silentLog,
  });
  const ask = (body: string, type = 'application/json') =>
    receiver.handle(
      new Request('http://bot/webhooks/slack', {
        method: 'POST',
        body,
        headers: { 'content-type': type, ...signed(body) },
      }),
    );

  it('answers Slack’s checks, and waits for its own start with everything else', async () => {
    const challenge = await ask('{"type":"url_verification","challenge":"c7"}');
    expect(await challenge.json()).toEqual({ challenge: 'c7' });
    expect((await ask('ssl_check=1', 'application/x-www-form-urlencoded')).status).toBe(200);
    expect((await ask('{"type":"event_callback"}')).status).toBe(503);
    expect((await ask('no JSON')).status).toBe(400);
    expect((await ask('[]')).status).toBe(400);
  });
});

describe('coalescing', () => {
  it('goes on after a failure, and tells it to those whose value it was', async () => {
    let fail = true;
    const sent: number[] = [];
    const put = createCoalescer<number>(async (_, take) => {
      await Promise.resolve();
      const value = take();
      if (fail) throw new Error('no');
      sent.push(value);
    });
    const first = [put('m', 1), put('m', 2)];
    expect((await Promise.allSettled(first)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fail = false;
    await put('m', 3);
    expect(sent).toEqual([3]);
  });
});

describe('set-up', () => {
  const config = (env: Record<string, string>, yaml: Record<string, unknown> = {}) =>
    slackConfig.safeParse({ env, yaml });

  it('is off without variables, and names the one that is missing or wrong', () => {
    expect(config({}).data).toBeNull();
    const faults = (env: Record<string, string>) =>
      config(env).error?.issues.map(({ path }) => path.join('.'));
    expect(faults({ SLACK_BOT_TOKEN: 'xoxb-1' })).toEqual(['env.SLACK_SIGNING_SECRET']);
    expect(faults({ SLACK_SIGNING_SECRET: 's' })).toEqual(['env.SLACK_BOT_TOKEN']);
    expect(faults({ SLACK_BOT_TOKEN: 'xoxp-1', SLACK_APP_TOKEN: 'xoxb-2', SLACK_API_URL: 'slack' })).toEqual([
      'env.SLACK_BOT_TOKEN',
      'env.SLACK_APP_TOKEN',
      'env.SLACK_API_URL',
    ]);
  });

  it('finds the people that the configuration names', () => {
    const yaml = {
      agents: [{ name: 'Ana', email: 'ana@team.example', role: 'lead', slack: 'U1' }],
    };
    expect(config({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's' }, yaml).data).toMatchObject({
      agents: { U1: 'ana@team.example' },
      apiUrl: 'https://slack.com/api/',
    });
  });

  it('shows the manifest in its README as it is', () => {
    const readme = readFileSync(new URL('../../../adapters/chat/slack/README.md', import.meta.url), 'utf8');
    const shown = /```json\n(.*?)\n```/s.exec(readme)?.[1] ?? '';
    expect(JSON.parse(shown)).toEqual(slackManifest('https://support.example.com'));
  });

  it('makes a manifest for HTTP and one for Socket Mode', () => {
    const http = slackManifest('https://desk.example/');
    expect(JSON.stringify(http).match(/https:\/\/desk\.example\/webhooks\/slack/g)).toHaveLength(3);
    expect(http).toMatchObject({
      settings: { socket_mode_enabled: false, event_subscriptions: { bot_events: expect.any(Array) } },
    });
    const socket = slackManifest(null);
    expect(JSON.stringify(socket)).not.toContain('http');
    expect(socket).toMatchObject({ settings: { socket_mode_enabled: true } });
  });
});
