// Channels that the configuration names are looked at before the first ticket.
import { expect, test } from 'vitest';
import { yamlSchema } from '../src/config/schema.ts';
import { checkChannels } from '../src/main/channels.ts';
import type { ChatPlatform } from '../src/ports.ts';
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
