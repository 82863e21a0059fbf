// 👀 as each platform words it, and what comes late or again.
import { expect, it } from 'vitest';
import { parseLook as parseDiscord } from '../../../adapters/chat/discord/parse.ts';
import {
  createLooks as createSlackLooks,
  parseLook as parseSlack,
} from '../../../adapters/chat/slack/reactions.ts';
import { readActivity } from '../../../adapters/chat/teams/activity.ts';
import {
  createLooks as createTeamsLooks,
  parseLook as parseTeams,
} from '../../../adapters/chat/teams/reactions.ts';
import { createMemoryStore } from '../../support/adapter-memory.ts';

const slackEvent = (more: object = {}) => ({
  type: 'event_callback',
  event: {
    type: 'reaction_added',
    user: 'U0ANA',
    reaction: 'eyes',
    item_user: 'U0BOT',
    item: { type: 'message', channel: 'C0SUPPORT', ts: '1700000001.000100' },
    event_ts: '1700000009.000200',
    ...more,
  },
});

it('Slack: 👀 only, on messages only', () => {
  const look = { user: 'U0ANA', channel: 'C0SUPPORT', ts: '1700000001.000100', at: '1700000009.000200' };
  expect(parseSlack(slackEvent())).toEqual({ ...look, on: true });
  expect(parseSlack(slackEvent({ type: 'reaction_removed' }))).toEqual({ ...look, on: false });
  expect(parseSlack(slackEvent({ reaction: 'white_check_mark' }))).toBeNull();
  expect(parseSlack(slackEvent({ item: { type: 'file', file: 'F1' } }))).toBeNull();
  expect(parseSlack(null)).toBeNull();
});

it('Discord: 👀 only, and not a server’s own emoji or a bot’s', () => {
  const user = { id: '42', username: 'ana', discriminator: '0', avatar: null, global_name: 'Ana' };
  const base = { user_id: '42', channel_id: '1', message_id: '7', burst: false, type: 0 };
  const eyes = { ...base, emoji: { id: null, name: '👀' } };
  expect(parseDiscord(eyes)).toEqual({ agent: { platform: 'discord', userId: '42' }, message: '7' });
  expect(parseDiscord({ ...base, emoji: { id: null, name: '✅' } })).toBeNull();
  expect(parseDiscord({ ...base, emoji: { id: '9', name: '👀' } })).toBeNull();
  const member = { roles: [], joined_at: '', deaf: false, mute: false, flags: 0 };
  expect(parseDiscord({ ...eyes, member: { ...member, user } })?.agent.name).toBe('Ana');
  expect(parseDiscord({ ...eyes, member: { ...member, user: { ...user, bot: true } } })).toBeNull();
});

const teamsActivity = (more: object) =>
  readActivity({
    type: 'messageReaction',
    serviceUrl: 'https://smba.example/',
    from: { id: '29:ana', aadObjectId: 'ana' },
    recipient: { id: '28:bot' },
    conversation: { id: '19:a@thread.tacv2;messageid=5', conversationType: 'channel' },
    replyToId: '5',
    timestamp: '2026-03-02T09:00:00.000Z',
    ...more,
  });

it.each([
  [{ reactionsAdded: [{ type: '1f440_eyes' }] }, true],
  [{ reactionsRemoved: [{ type: '1f440_eyes' }] }, false],
  [{ reactionsAdded: [{ type: 'like' }] }, null],
  [{ reactionsAdded: [{ type: '1f440_eyes' }], replyToId: undefined }, null],
])('Teams: %j', (more, on) => {
  const activity = teamsActivity(more);
  const look = activity && parseTeams(activity);
  expect(look?.on ?? null).toBe(on);
  if (look) expect(look).toMatchObject({ channel: '19:a@thread.tacv2', message: '5', userId: 'ana' });
});

it('what comes late or again changes nothing, and failed work is done at the next delivery', async () => {
  const done: string[] = [];
  const slack = createSlackLooks(createMemoryStore());
  const look = (at: string, on: boolean) => ({ user: 'U', channel: 'C', ts: '1.1', at, on });
  const note = (word: string) => async () => void done.push(word);
  const broken = slack(look('1700000009.000200', false), () => Promise.reject(new Error('no')));
  await expect(broken).rejects.toThrow('no');
  await Promise.all([
    slack(look('1700000009.000200', false), note('taken back')),
    slack(look('1700000009.000100', true), note('late')),
    slack(look('1700000009.000200', false), note('again')),
    slack(look('1700000010.000001', true), note('put there')),
  ]);
  expect(done).toEqual(['taken back', 'put there']);

  const teams = createTeamsLooks(createMemoryStore());
  const there = { channel: 'C', message: '5', userId: 'ana' };
  await teams({ ...there, on: false, at: 200 }, note('away'));
  await teams({ ...there, on: true, at: 100 }, note('late'));
  expect(done).toEqual(['taken back', 'put there', 'away']);
});
