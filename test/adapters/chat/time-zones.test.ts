// Times to snooze until are those of whoever fills in the form: as the platform tells, or as configured.
import { expect, it } from 'vitest';
import { type Chat, type ChatWorld, openChat, until } from '../../contracts/chat-world.ts';
import { openDiscordWorld } from '../../support/discord-world.ts';
import { SLACK } from '../../support/slack-double.ts';
import { slackWorld } from '../../support/slack-world.ts';
import { buildTeamsWorld } from '../../support/teams-world.ts';

/** Opens a desk where it is Monday, 2 March 2026, noon in UTC, and a form to snooze its ticket. */
async function snoozing(world: ChatWorld): Promise<Chat & { id: number }> {
  const chat = await openChat(world);
  chat.desk.clock.set('2026-03-02T12:00:00Z');
  const { id, key } = await chat.ticket();
  await chat.open('ana', key, 'form:snooze');
  return { ...chat, id };
}

const snoozedUntil = async ({ desk, id }: Chat & { id: number }) =>
  (await desk.store.getTicket(id))?.snoozedUntil?.toISOString();

/** Tuesday, nine o'clock in New York. */
const TOMORROW = '2026-03-03T14:00:00.000Z';

it('Slack: in the zone of the agent’s profile', async () => {
  const world = await slackWorld('http');
  for (const [id, person] of world.slack.people)
    world.slack.people.set(id, { ...person, team_id: SLACK.team, tz: 'America/New_York' });
  const chat = await snoozing(world);
  expect(JSON.stringify([...world.slack.views.values()])).toContain(TOMORROW);
  await world.submit('ana', { until: TOMORROW });
  await until(async () => expect(await snoozedUntil(chat)).toBe(TOMORROW));
  await chat.close();
});

it('Discord, which tells no zone: as configured, for a time that is typed, too', async () => {
  const world = await openDiscordWorld();
  Object.assign(world.agents?.['ana@team.example'] ?? {}, { timeZone: 'America/New_York' });
  const chat = await snoozing(world);
  const window = JSON.stringify([...world.double.interactions.values()].at(-1)?.answer);
  expect(window).toContain(TOMORROW);
  expect(window).toContain('Like 2026-03-31 09:00, America/New_York');
  await world.submit('ana', { until: '2026-03-04 10:30' });
  await until(async () => expect(await snoozedUntil(chat)).toBe('2026-03-04T15:30:00.000Z'));
  await chat.close();
});

it.each([
  ['on the clock that the agent’s client tells', {}, '2026-03-05T09:30:00.000Z'],
  ['as configured, whatever the client tells', { timeZone: 'America/New_York' }, '2026-03-05T15:30:00.000Z'],
])('Teams: %s', async (_, configured, expected) => {
  const world = await buildTeamsWorld();
  const ana = { ...world.agents?.['ana@team.example'], ...configured };
  const chat = await snoozing({ ...world, agents: { 'ana@team.example': ana } });
  // Her client is in Paris: she types half past ten.
  await world.submit('ana', { until: '2026-03-05T09:30:00.000Z' });
  await until(async () => expect(await snoozedUntil(chat)).toBe(expected));
  await chat.close();
});
