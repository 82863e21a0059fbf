// One ticket on Slack, Discord and Teams at once, with the real adapters, the real queue and each platform's own wire.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { act } from '../../../src/flows/actions.ts';
import { createQueue } from '../../../src/infra/queue/index.ts';
import { createWake, startJobs } from '../../../src/main/jobs.ts';
import { ticketKey } from '../../../src/model/ticket.ts';
import type { ChatPlatform, Queue } from '../../../src/ports.ts';
import { appears, type ChatWorld, type Person, type Seen, until } from '../../contracts/chat-world.ts';
import { openDiscordWorld } from '../../support/discord-world.ts';
import { silentLog } from '../../support/silent-log.ts';
import { slackWorld } from '../../support/slack-world.ts';
import { buildTeamsWorld } from '../../support/teams-world.ts';
import { openWorkspace, type Workspace } from '../../support/workspace.ts';

/** The people of the test team, known on all three. */
const AGENTS = [
  { name: 'Ana', email: 'ana@team.example', role: 'lead' },
  { name: 'Ben', email: 'ben@team.example', role: 'agent' },
];

let worlds: Record<string, ChatWorld>;
let platforms: ChatPlatform[];
let desk: Workspace;
let queue: Queue;

beforeEach(async () => {
  // The Teams SDK writes every refused token to the console itself.
  vi.spyOn(console, 'error').mockReturnValue();
  worlds = {
    slack: await slackWorld('http', { timeoutMs: 400 }),
    discord: await openDiscordWorld(),
    teams: await buildTeamsWorld(),
  };
  platforms = Object.values(worlds).map((world) => world.create());
  desk = await openWorkspace({
    send: { undoSeconds: 1 },
    channels: { tickets: platforms.map(({ id }) => `${id}:${worlds[id]?.channel}`) },
    agents: AGENTS.map((agent) =>
      Object.assign({}, agent, ...Object.values(worlds).map(({ agents }) => agents?.[agent.email])),
    ),
  });
  const clock = { now: () => new Date() };
  queue = await createQueue({ databaseUrl: desk.url, log: silentLog, clock });
  desk.deps.clock = clock;
  desk.deps.wake = createWake(queue, clock, silentLog);
  desk.deps.platforms = new Map(platforms.map((one) => [one.id, one]));
  for (const platform of platforms) await platform.start((action) => act(desk.deps, action));
  await startJobs(queue, desk.deps);
}, 120_000);

afterEach(async () => {
  await queue.stop();
  for (const platform of platforms) await platform.stop();
  for (const world of Object.values(worlds)) await world.remove();
  await desk.close();
  vi.restoreAllMocks();
}, 120_000);

const heads = (world: ChatWorld, key: string) =>
  world.messages().filter(({ thread, text }) => thread === null && text.includes(key));
const cardOf = (world: ChatWorld | undefined, key: string): Seen | undefined => world && heads(world, key)[0];

async function ticket(text: string): Promise<{ id: number; key: string }> {
  const { ticketId } = await desk.write(text);
  if (ticketId === null) throw new Error('no ticket');
  const key = ticketKey(ticketId);
  for (const world of Object.values(worlds))
    await appears('the card', () => (cardOf(world, key)?.actions.includes('approve') ? key : null));
  return { id: ticketId, key };
}

describe('a ticket on three platforms', { timeout: 180_000 }, () => {
  it.each(['slack', 'discord', 'teams'])('is settled everywhere by an approval on %s', async (where) => {
    const { key } = await ticket('Where is my invoice of March?');
    const world = worlds[where];
    const seen = cardOf(world, key);
    if (!world || !seen) throw new Error('no card');
    await world.press('ana', seen, 'approve');
    const pressed = performance.now();
    for (const one of Object.values(worlds))
      await until(() => expect(cardOf(one, key)?.text).toContain('Ana approved'));
    // For the figures; nothing is measured against it.
    console.info(
      `an approval on ${where} settled all three after ${Math.round(performance.now() - pressed)} ms`,
    );
    for (const one of Object.values(worlds)) {
      await until(() => expect(cardOf(one, key)?.text).toContain('Sent by Ana'));
      expect(heads(one, key)).toHaveLength(1);
      expect(one.refused()).toEqual([]);
    }
    expect(desk.email.sent).toHaveLength(1);
  });

  it('of two agents on two platforms one wins, and the other is told', async () => {
    const { id, key } = await ticket('Where is my invoice of March?');
    const press = (where: string, person: Person) => {
      const seen = cardOf(worlds[where], key);
      return seen && worlds[where]?.press(person, seen, 'approve');
    };
    await Promise.all([press('slack', 'ana'), press('teams', 'ben')]);
    const said = () =>
      [...(worlds.slack?.notices('ana') ?? []), ...(worlds.teams?.notices('ben') ?? [])].join('\n');
    await until(() => expect(said()).toMatch(/(Ana|Ben) approved this at/));
    await until(() => expect(desk.email.sent).toHaveLength(1));
    expect(await desk.store.decisionsOf(id)).toHaveLength(1);
  });

  it('goes on elsewhere while one has trouble, which catches up by itself', async () => {
    const { key } = await ticket('Where is my invoice of March?');
    worlds.slack?.fault('server error');
    const seen = cardOf(worlds.teams, key);
    if (seen) await worlds.teams?.press('ana', seen, 'take');
    await until(() => expect(cardOf(worlds.discord, key)?.text).toContain('Ana has it'));
    expect(cardOf(worlds.slack, key)?.text).not.toContain('Ana has it');
    worlds.slack?.heal();
    await until(() => expect(cardOf(worlds.slack, key)?.text).toContain('Ana has it'));
    for (const world of Object.values(worlds)) expect(heads(world, key)).toHaveLength(1);
  });

  it('a platform that hangs holds up neither other tickets nor other platforms', async () => {
    worlds.slack?.fault('timeout');
    const ids = [];
    for (let n = 0; n < 8; n++) {
      const customer = { email: `c${n}@acme.example` };
      ids.push((await desk.write(`Please send invoice ${n}`, { customer })).ticketId ?? 0);
    }
    for (const id of ids) await appears('the card', () => cardOf(worlds.teams, ticketKey(id)));
    expect(worlds.slack?.messages()).toEqual([]);
    worlds.slack?.heal();
  });

  it('gives P1 its card before those that wait for the channel’s rate', async () => {
    for (let n = 0; n < 14; n++)
      await desk.write(`Please send invoice ${n}`, { customer: { email: `c${n}@acme.example` } });
    await until(() => expect(worlds.slack?.messages().length).toBeGreaterThan(4));
    const { analyse } = desk.engine;
    desk.engine.analyse = async (input) => ({
      ...(await analyse(input)),
      urgency: 1,
      blocked: true,
      frustration: 1,
      sentiment: -1,
      attempts: 3,
      churnRisk: 1,
    });
    const customer = { email: 'boss@acme.example' };
    const text = 'Everything is down for all of us, urgent';
    const { ticketId } = await desk.write(text, { customer });
    await until(async () => expect((await desk.store.getTicket(ticketId ?? 0))?.priority?.level).toBe('P1'));
    const before = worlds.slack?.messages().length ?? 0;
    await appears('the urgent card', () => cardOf(worlds.slack, ticketKey(ticketId ?? 0)));
    const at = worlds.slack
      ?.messages()
      .findIndex(({ text: words }) => words.includes(ticketKey(ticketId ?? 0)));
    expect((at ?? 99) - before).toBeLessThan(4);
  });
});
