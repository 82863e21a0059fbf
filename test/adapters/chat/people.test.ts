// Who somebody is while the platform does not say: as it was known, however old, rather than nobody.
import { expect, it } from 'vitest';
import { createPeople as createSlackPeople } from '../../../adapters/chat/slack/people.ts';
import { createPeople as createTeamsPeople } from '../../../adapters/chat/teams/people.ts';
import { createPlaces } from '../../../adapters/chat/teams/places.ts';
import { AppError } from '../../../src/model/errors.ts';
import { createMemoryStore } from '../../support/adapter-memory.ts';
import { silentLog } from '../../support/silent-log.ts';
import { testClock } from '../../support/workspace.ts';

const DOWN = new AppError('unavailable', 'it answers 503', { retryable: true });
const DAYS_MS = 3 * 86_400_000;

it('Slack', async () => {
  const clock = testClock();
  const store = createMemoryStore();
  let down = false;
  // Created anew after a restart only the store remembers.
  const create = () =>
    createSlackPeople({
      platform: 'slack',
      store,
      clock,
      log: silentLog,
      ask: async () => {
        if (down) throw DOWN;
        return { team_id: 'T1', profile: { display_name: 'Ben', email: 'ben@team.example' } };
      },
      named: () => false,
      teamId: async () => 'T1',
    });
  const people = create();
  const ben = { platform: 'slack', userId: 'U2', name: 'Ben', email: 'ben@team.example' };
  expect(await people.find('U2')).toEqual(ben);
  down = true;
  clock.advance(DAYS_MS);
  expect(await people.find('U2')).toEqual(ben);
  expect(await create().find('U2')).toEqual(ben);
  await expect(people.find('U3')).rejects.toMatchObject({ code: 'person_unknown', retryable: true });
});

it('Teams', async () => {
  const clock = testClock();
  const state = { fail: null as Error | null };
  const people = createTeamsPeople({
    clock,
    log: silentLog,
    places: createPlaces(createMemoryStore(), 'https://teams.example/'),
    connector: {
      send: async () => new Response(),
      trouble: () => null,
      get: async (_, path) => {
        if (state.fail) throw state.fail;
        return { id: path.split('/').at(-1), name: 'Ben', email: 'ben@team.example' };
      },
    },
    named: { 'aad-ana': 'ana@team.example' },
  });
  const event = (id: string, aadObjectId: string) => ({
    type: 'message',
    serviceUrl: 'https://teams.example/',
    conversation: { id: '19:abc' },
    recipient: { id: '28:bot' },
    from: { id, aadObjectId },
  });
  const ben = { platform: 'teams', userId: 'aad-ben', name: 'Ben', email: 'ben@team.example' };
  expect(await people.agentOf(event('29:ben', 'aad-ben'))).toEqual(ben);
  state.fail = DOWN;
  clock.advance(DAYS_MS);
  expect(await people.agentOf(event('29:ben', 'aad-ben'))).toEqual(ben);
  // Known by the configuration, whatever the roster says.
  expect(await people.agentOf(event('29:ana', 'aad-ana'))).toMatchObject({ userId: 'aad-ana' });
  await expect(people.agentOf(event('29:cleo', 'aad-cleo'))).rejects.toMatchObject({
    code: 'person_unknown',
  });
  // Teams will never tell: a stranger, whom the flows refuse in words.
  state.fail = new AppError('channel_gone', 'no such member');
  expect(await people.agentOf(event('29:dan', 'aad-dan'))).toEqual({ platform: 'teams', userId: 'aad-dan' });
});
