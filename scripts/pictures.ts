// Makes the pictures of the cards: `npm run pictures`, or some of them by name: `npm run pictures -- slack teams`.
import { mkdir, stat } from 'node:fs/promises';
import { ComponentType } from 'discord.js';
import { type Browser, chromium, type Page } from 'playwright-core';
import { renderForm as discordForm } from '../adapters/chat/discord/forms.ts';
import { renderCard as discordCard } from '../adapters/chat/discord/render.ts';
import { renderForm as slackForm } from '../adapters/chat/slack/forms.ts';
import { renderCard as slackCard } from '../adapters/chat/slack/render.ts';
import type { Card } from '../src/model/card.ts';
import { digestScene } from './pictures/digest-scene.ts';
import { type DiscordPost, discordMessages, discordModal } from './pictures/discord-page.ts';
import { type Author, DESKHAND, FONT, type Scheme } from './pictures/page.ts';
import { type Scenes, scenes } from './pictures/scenes.ts';
import { type SlackPost, slackMessages, slackModal } from './pictures/slack-page.ts';
import { openTeamsClient } from './pictures/teams-client.ts';

const FOLDER = 'docs/pictures';
/** A page of documentation loads several. */
const MOST_BYTES = 250_000;

type Shoot = (name: string, html: string) => Promise<void>;

const at = (time: string): Author => ({ ...DESKHAND, time });
const BEN: Author = { name: 'Ben', time: '10:27', isApp: false, colour: '#7c3aed' };

async function slack(shown: Scenes, shoot: Shoot): Promise<void> {
  const post = (card: Card, time: string, replies?: number) => ({
    author: at(time),
    blocks: slackCard(card).blocks,
    replies,
  });
  for (const scheme of ['light', 'dark'] as const) {
    await shoot(`slack-card-${scheme}`, slackMessages([post(shown.pending, '10:19', 3)], scheme));
    await shoot(`slack-settled-${scheme}`, slackMessages([post(shown.settled, '10:19', 3)], scheme));
  }
  const said: SlackPost['blocks'][number] = {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: shown.said }] }],
  };
  const thread = [...shown.thread.map((card) => post(card, '10:24')), { author: BEN, blocks: [said] }];
  await shoot('slack-thread', slackMessages(thread, 'light'));
  await shoot(
    'slack-edit',
    slackModal(slackForm(shown.edit, { channel: 'C0SUPPORT', message: '1' }), 'light'),
  );
  await shoot('slack-bug', slackMessages([post(shown.bug, '10:21')], 'light'));
  await shoot(
    'slack-priorities',
    slackMessages([post(shown.urgent, '10:21'), post(shown.calm, '10:22')], 'light'),
  );
  const digest = await digestScene();
  const { blocks } = slackCard(digest, {
    pictures: new Map(chartsOf(digest)),
    total: Number.POSITIVE_INFINITY,
  });
  await shoot('slack-digest', slackMessages([{ author: at('08:30'), blocks }], 'light'));
}

/** The pictures on a card, with addresses that hold them. */
function chartsOf({ blocks }: Card): [Uint8Array, string][] {
  return blocks.flatMap((block): [Uint8Array, string][] =>
    block.type === 'chart' ? [[block.png, dataUrl(block.png)]] : [],
  );
}

function dataUrl(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

async function discord(shown: Scenes, shoot: Shoot): Promise<void> {
  const post = (card: Card, time: string, thread?: string) => ({
    author: at(time),
    components: discordCard(card).components,
    thread,
  });
  for (const scheme of ['light', 'dark'] as const) {
    await shoot(`discord-card-${scheme}`, discordMessages([post(shown.pending, '10:19', 'T-1042')], scheme));
    await shoot(`discord-settled-${scheme}`, discordMessages([post(shown.settled, '10:19')], scheme));
  }
  const said: DiscordPost = {
    author: BEN,
    components: [{ type: ComponentType.TextDisplay, content: shown.said }],
  };
  const thread = [...shown.thread.map((card) => post(card, '10:24')), said];
  await shoot('discord-thread', discordMessages(thread, 'dark'));
  const modal = discordForm(shown.edit, { people: {} });
  if (modal) await shoot('discord-edit', discordModal(modal, 'dark'));
  await shoot('discord-bug', discordMessages([post(shown.bug, '10:21')], 'dark'));
  await shoot(
    'discord-priorities',
    discordMessages([post(shown.urgent, '10:21'), post(shown.calm, '10:22')], 'dark'),
  );
  const { components, files } = discordCard(await digestScene());
  const named = new Map(
    files.flatMap(({ name, data }) =>
      data instanceof Uint8Array ? [[`attachment://${name}`, dataUrl(data)]] : [],
    ),
  );
  await shoot('discord-digest', discordMessages([{ author: at('08:30'), components, files: named }], 'dark'));
}

/** Pages that are drawn here. */
async function drawn(browser: Browser, make: (shown: Scenes, shoot: Shoot) => Promise<void>): Promise<void> {
  const page = await browser.newPage({ deviceScaleFactor: 1.5 });
  await make(scenes(), async (name, html) => {
    await page.setContent(html);
    await page.evaluate(() => document.fonts.ready);
    await keep(name, (path) => page.locator('main').screenshot({ path }));
  });
  await page.close();
}

/** Cards in the real client. */
async function teams(browser: Browser): Promise<void> {
  const shown = scenes();
  const client = await openTeamsClient([shown.edit, shown.escalate]);
  const { platform, channel, url } = client;
  try {
    const digest = await digestScene();
    let page = await openTeams(browser, url);
    const show = async (card: Card, words: string) => {
      await platform.post({ platform: platform.id, channel }, card);
      const post = page.locator('.ac-adaptiveCard', { hasText: words }).first();
      await post.waitFor({ timeout: 20_000 });
      return post;
    };
    const pending = await show(shown.pending, '91 % confident');
    await keep('teams-card', (path) => pending.screenshot({ path }));
    await pending.getByRole('button', { name: 'Edit', exact: true }).click();
    const form = pending.locator('.ac-adaptiveCard');
    await form.getByRole('textbox', { name: 'Reply' }).waitFor();
    await keep('teams-edit', (path) => form.screenshot({ path }));
    const bug = await show(shown.bug, 'EXP-504');
    await keep('teams-bug', (path) => bug.screenshot({ path }));
    const settled = await show(shown.settled, 'Sent by Ana');
    await keep('teams-settled', (path) => settled.screenshot({ path }));
    const morning = await show(digest, 'Tickets');
    await morning.locator('img').waitFor();
    await keep('teams-digest', (path) => morning.screenshot({ path }));
    await page.close();
    page = await openTeams(browser, url, 'dark');
    const dark = await show(shown.pending, '91 % confident');
    await keep('teams-card-dark', (path) => dark.screenshot({ path }));
    await page.close();
  } finally {
    await client.stop();
  }
}

/** Colours of Teams' dark theme, which the Playground does not offer, for those of its light one. */
const DARK: [string, string][] = [
  ['#ff252424', '#ffffffff'],
  ['#bf252424', '#bfffffff'],
  ['"backgroundColor":"#ffffff"', '"backgroundColor":"#292929"'],
  ['#fff9f8f7', '#ff1f1f1f'],
  ['#CCFFCC', '#0e3e0e'],
];

async function openTeams(browser: Browser, url: string, scheme: Scheme = 'light'): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1_360, height: 2_000 }, deviceScaleFactor: 1.5 });
  if (scheme === 'dark') {
    await page.route('**/main.*.js', async (route) => {
      const response = await route.fetch();
      const code = DARK.reduce((text, [light, dark]) => text.replaceAll(light, dark), await response.text());
      await route.fulfill({ response, body: code });
    });
  }
  await page.goto(url);
  const links = `a{color:${scheme === 'dark' ? '#a6a7dc' : '#4f52b2'}!important}`;
  const dark =
    '.fui-Button:not(:has(.style-positive)){background:none!important;color:#fff!important;border-color:#666!important}';
  const look = `${FONT} * { font-family: Face, sans-serif !important } ${links} ${scheme === 'dark' ? dark : ''}`;
  await page.addStyleTag({ content: look });
  await page.getByText('Announcements').first().click();
  return page;
}

async function keep(name: string, shoot: (path: string) => Promise<unknown>): Promise<void> {
  const path = `${FOLDER}/${name}.png`;
  await shoot(path);
  const { size } = await stat(path);
  console.log(`${path} ${Math.round(size / 1_000)} kB`);
  if (size > MOST_BYTES) throw new Error(`${path} is too large for the documentation`);
}

const wanted = process.argv.slice(2);
await mkdir(FOLDER, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  if (wanted.length === 0 || wanted.includes('slack')) await drawn(browser, slack);
  if (wanted.length === 0 || wanted.includes('discord')) await drawn(browser, discord);
  if (wanted.length === 0 || wanted.includes('teams')) await teams(browser);
} finally {
  await browser.close();
}
process.exit();
