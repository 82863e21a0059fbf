// One ticket on several platforms at once: posted where the routes say, settled everywhere, whatever one platform does.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendDue } from '../../src/flows/reply.ts';
import { sweep } from '../../src/flows/sweep.ts';
import { AppError } from '../../src/model/errors.ts';
import type { ChatPlatform } from '../../src/ports.ts';
import { journalPlatform, openWorkspace, type Workspace } from '../support/workspace.ts';

let w: Workspace;
let slack: ReturnType<typeof journalPlatform>;
let teams: ReturnType<typeof journalPlatform>;

beforeEach(async () => {
  slack = journalPlatform('slack');
  teams = journalPlatform('teams');
  w = await openWorkspace({
    channels: { tickets: ['console:support', 'slack:C0SUPPORT', 'teams:19:abc@thread.tacv2'] },
    routes: [{ when: { channel: 'livechat' }, to: 'slack:C0CHAT' }],
  });
  const platforms: [string, ChatPlatform][] = [
    ['console', w.platform],
    ['slack', slack],
    ['teams', teams],
  ];
  w.deps.platforms = new Map(platforms);
});
afterEach(() => w.close());

const last = (platform: typeof slack) =>
  JSON.stringify(platform.posts.find((post) => !post.place.thread)?.card);

describe('a ticket on three platforms', () => {
  it('is one card on each, and an approval on one settles all', async () => {
    const { ticketId } = await w.write('Where is my invoice?');
    await w.work();
    for (const platform of [w.platform, slack, teams]) expect(platform.posts).toHaveLength(1);
    expect(slack.posts[0]?.place).toMatchObject({ channel: 'C0SUPPORT' });
    expect(teams.posts[0]?.place).toMatchObject({ channel: '19:abc@thread.tacv2' });

    await w.press('ana', ticketId, { kind: 'approve' });
    w.clock.advance(11_000);
    await sendDue(w.deps);
    await w.work();
    for (const platform of [w.platform, slack, teams]) expect(last(platform)).toContain('Sent by Ana');
    expect(w.email.sent).toHaveLength(1);
  });

  it('shows a note of one platform in the threads of the others, once', async () => {
    const { ticketId } = await w.write('Where is my invoice?');
    await w.work();
    await w.say('ben', ticketId ?? 0, 'They mean the one of March');
    await w.work();
    const notes = (platform: typeof slack) =>
      platform.posts.filter((post) => post.place.thread && JSON.stringify(post.card).includes('of March'));
    expect(notes(w.platform)).toHaveLength(0);
    expect(notes(slack)).toHaveLength(1);
    expect(notes(teams)).toHaveLength(1);
  });

  it('goes on elsewhere while one is down, and catches up there', async () => {
    slack.break(new AppError('platform_down', '503', { retryable: true }));
    const { ticketId } = await w.write('Where is my invoice?');
    await expect(w.work()).rejects.toThrow('503');
    expect(teams.posts).toHaveLength(1);
    await w.press('ana', ticketId, { kind: 'approve' });
    slack.break(null);
    w.clock.advance(60_000);
    await sweep(w.deps);
    await w.work();
    expect(last(slack)).toContain('Ana');
    expect(last(teams)).toContain('Ana');
  });

  it('goes where the first route that fits says', async () => {
    await w.write('chat please', { channel: 'livechat' });
    await w.work();
    expect(slack.posts.map((post) => post.place.channel)).toEqual(['C0CHAT']);
    expect(teams.posts).toEqual([]);
    expect(w.platform.posts).toEqual([]);
  });
});
