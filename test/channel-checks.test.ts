// Channels that the configuration names are looked at before the first ticket.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { yamlSchema } from '../src/config/schema.ts';
import { checkChannels } from '../src/main/channels.ts';
import { createLookout } from '../src/main/lookout.ts';
import type { ChatPlatform } from '../src/ports.ts';
import { createHome } from './support/bot.ts';
import { silentLog } from './support/silent-log.ts';
import { createSlackDouble, SLACK } from './support/slack-double.ts';
import { journalPlatform } from './support/workspace.ts';

const SETTINGS = yamlSchema.parse({
  channels: { tickets: ['slack:C1', 'slack:C2'], fallback: 'teams:19:abc' },
  routes: [
    { when: { priority: ['P1'] }, to: 'slack:C3' },
    { when: { category: 'billing' }, to: ['slack:C1', 'console:support'] },
  ],
});

test('each place is asked about once; what fails says why, and fails alone', async () => {
  const asked: string[] = [];
  const slack: ChatPlatform = {
    ...journalPlatform('slack'),
    async check(channel) {
      asked.push(channel);
      if (channel === 'C3') throw new Error('Slack cannot be reached');
      return channel === 'C2'
        ? { ok: false, detail: 'write "/invite @Deskhand" there' }
        : { ok: true, detail: 'Deskhand is in it' };
    },
  };
  const found = await checkChannels(
    SETTINGS,
    new Map<string, ChatPlatform>([
      ['slack', slack],
      ['console', journalPlatform()],
    ]),
  );
  expect(asked.sort()).toEqual(['C1', 'C2', 'C3']);
  expect(found).toMatchObject({
    'slack:C1': { ok: true },
    'slack:C2': { ok: false, detail: expect.stringContaining('/invite') },
    'slack:C3': { ok: false, detail: 'Slack cannot be reached' },
    'teams:19:abc': { ok: false, detail: expect.stringContaining('teams is not set up') },
    'console:support': { ok: true },
  });
});

test('while the bot runs they are looked at again, and browsers are told what changed', async () => {
  vi.useFakeTimers();
  const told: unknown[] = [];
  const warned: unknown[] = [];
  const lookout = createLookout({
    sample: false,
    progress: () => ({ ready: true, indexed: 0, total: 0 }),
    bus: { publish: async (_topic, status) => void told.push(status), subscribe: () => () => undefined },
    log: { ...silentLog, warn: ({ fault }) => void warned.push(fault) },
  });
  try {
    let invited = false;
    const slack: ChatPlatform = {
      ...journalPlatform('slack'),
      check: async () => ({
        ok: invited,
        detail: invited ? 'Deskhand is in it' : 'write "/invite @Deskhand"',
      }),
    };
    const settings = yamlSchema.parse({ channels: { tickets: 'slack:C1', fallback: 'slack:C1' } });
    const trouble = ['slack:C1: write "/invite @Deskhand"'];
    lookout.watch([], new Map([['slack', slack]]), settings);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lookout.status().notices).toEqual(trouble);
    expect(told.at(-1)).toMatchObject({ notices: trouble });
    await vi.advanceTimersByTimeAsync(300_000);
    expect(warned).toEqual(trouble);

    invited = true;
    await vi.advanceTimersByTimeAsync(300_000);
    expect(lookout.status().notices).toEqual([]);
    expect(told.at(-1)).toMatchObject({ notices: [] });
  } finally {
    lookout.stop();
    vi.useRealTimers();
  }
});

test('the running bot says at its start which route leads nowhere', { timeout: 120_000 }, async () => {
  const slack = await createSlackDouble();
  const home = await createHome(slack.env);
  try {
    await mkdir(join(home.folder, 'config'));
    const to = 'slack:C0NOWHERE';
    const settings = {
      channels: { tickets: `slack:${SLACK.channel}` },
      routes: [{ when: { priority: ['P1'] }, to }],
    };
    await writeFile(join(home.folder, 'config', 'deskhand.yaml'), JSON.stringify(settings));
    const bot = await home.start();
    await vi.waitFor(() => expect(bot.output()).toContain('cards cannot be posted to a channel'), 30_000);
    const state = await (await fetch(`${bot.url}/console/api/state`)).json();
    const { workspace } = z.object({ workspace: z.object({ notices: z.array(z.string()) }) }).parse(state);
    expect(workspace.notices).toEqual([expect.stringMatching(/^slack:C0NOWHERE: Slack has no such channel/)]);
  } finally {
    await home.remove();
    await slack.close();
  }
});
