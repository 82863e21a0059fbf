// What each platform offers while a command is typed: all that the bot understands, and nothing else.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../../adapters/chat/discord/commands.ts';
import { slackManifest } from '../../../adapters/chat/slack/manifest.ts';
import { teamsManifest } from '../../../adapters/chat/teams/package.ts';
import { MAIN_COMMANDS } from '../../../src/model/commands.ts';

const flow = readFileSync(new URL('../../../src/flows/command.ts', import.meta.url), 'utf8');
const understood = [...flow.matchAll(/^ {4}case '(\w+)':/gm)].map(([, word]) => word).sort();

const teams = teamsManifest({ appId: 'app', publicUrl: 'https://support.example.com' }).bots[0];
const typed = teams?.commandLists[0]?.commands ?? [];
const slash = COMMANDS.flatMap((one) => ('options' in one ? (one.options ?? []) : []));

const hint = /"usage_hint":"([^"]*)"/.exec(JSON.stringify(slackManifest(null)))?.[1] ?? '';

it.each([
  ['the help', MAIN_COMMANDS.map(({ word }) => word)],
  ['Slack', hint.split(' | ')],
  ['Discord', slash.map(({ name }) => name)],
  ['Teams', typed.map(({ title }) => title.split(' ')[0])],
])('%s has every command', (_where, offered) => {
  expect(understood).toContain('digest');
  expect(offered.toSorted()).toEqual(understood);
});

it('no more than Teams lists', () => {
  expect(typed.length).toBeLessThanOrEqual(10);
});
