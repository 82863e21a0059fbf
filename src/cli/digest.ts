// `deskhand digest`: the numbers of a day, a week or a month, in the terminal, as JSON, or posted.
import Table from 'cli-table3';
import { Command } from 'commander';
import { digestCards } from '../cards/digest.ts';
import { digestPlaces, digestTimes, makeDigest, newestPeriod, openPlaces } from '../flows/digest.ts';
import { holidaysOf } from '../infra/holidays.ts';
import { createLog } from '../infra/log.ts';
import { createQueue } from '../infra/queue/index.ts';
import { isDay, localTime } from '../insights/calendar.ts';
import { digestKey, digestOf } from '../insights/digest-period.ts';
import type { Block, Card } from '../model/card.ts';
import type { DigestKind } from '../model/digest.ts';
import { AppError } from '../model/errors.ts';
import { type WorkspaceName, withWorkspace } from './workspace.ts';

const clock = { now: () => new Date() };
/** How long a running bot may take to post. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 250;

interface Options {
  date?: string;
  weekly?: boolean;
  monthly?: boolean;
  post?: boolean;
  json?: boolean;
  sample?: boolean;
}

export function digestCommand(): Command {
  return new Command('digest')
    .option('--date <day>', 'of this day, as 2026-03-02, today or yesterday; default: since the last digest')
    .option('--weekly', 'of the seven days up to it')
    .option('--monthly', 'of its month')
    .option('--post', 'post it in the channels of `channels.digests`, once')
    .option('--json', 'print the numbers as JSON')
    .option('--sample', 'of the sample workspace')
    .action(async (options: Options) => {
      if (options.weekly && options.monthly)
        throw new AppError('wrong_use', 'Give --weekly or --monthly, not both.');
      const name: WorkspaceName = options.sample ? 'sample' : 'real';
      await withWorkspace(
        async (store, { yaml: settings, taxonomy, publicUrl, env }, databaseUrl) => {
          const log = createLog({ level: 'warn' });
          const deps = { store, settings, taxonomy, clock, log, holidaysOf };
          const { timeZone } = digestTimes(settings);
          const kind: DigestKind = options.monthly ? 'monthly' : options.weekly ? 'weekly' : 'daily';
          const day = dayOf(options.date, timeZone);
          const period = day ? digestOf(kind, day, timeZone) : await newestPeriod(deps, kind);
          const digest = await makeDigest(deps, period);
          if (options.json) console.log(JSON.stringify(digest));
          else print(digestCards(digest, { pictures: {}, publicUrl }));
          if (!options.post) return;
          const places = digestPlaces(deps);
          const targets = places.map(({ platform, channel }) => `${platform}:${channel}`).join(', ');
          const stands = async () => (await openPlaces(deps, period, places)).length === 0;
          if (await stands()) return console.error(`It stands in ${targets} already: nothing was posted.`);
          const queue = await createQueue({ databaseUrl, redisUrl: env.REDIS_URL, log, clock });
          try {
            await queue.add('digest', { ...period }, { key: digestKey(period) });
            await tellWhenPosted();
          } finally {
            await queue.stop();
          }

          /** The bot posts it, since it holds the connections to the chats. */
          async function tellWhenPosted(): Promise<void> {
            const end = Date.now() + PATIENCE_MS;
            while (Date.now() < end) {
              if (await stands()) return console.error(`It stands in ${targets}.`);
              await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
            }
            console.error(
              `It does not stand in ${targets} yet: no bot is running, or a channel cannot be reached. It is posted as soon as one can.`,
            );
          }
        },
        { name },
      );
    });
}

/** The day that was asked for; null when none was. */
function dayOf(text: string | undefined, timeZone: string): string | null {
  if (text === undefined) return null;
  const now = clock.now();
  if (text === 'today') return localTime(now, timeZone).day;
  if (text === 'yesterday') return localTime(new Date(now.getTime() - 86_400_000), timeZone).day;
  if (isDay(text)) return text;
  throw new AppError('wrong_use', `--date is "${text}"; give a day such as 2026-03-02, today or yesterday.`);
}

function print({ card, thread }: { card: Card; thread: { card: Card }[] }): void {
  const parts = [card, ...thread.map((post) => post.card)].map((each) =>
    each.blocks.flatMap(lines).join('\n'),
  );
  console.log(parts.join('\n\n'));
}

/** A block as plain lines; pictures are left to the chats. */
function lines(block: Block): string[] {
  switch (block.type) {
    case 'header': {
      const chips = (block.chips ?? []).map(({ text }) => text).join(' · ');
      const title = [chips, block.text].filter(Boolean).join(' · ');
      return [title, '─'.repeat(title.length)];
    }
    case 'text':
      return [block.label ? `${block.label}: ${block.text}` : block.text];
    case 'outcome':
      return [`${block.tone === 'warning' ? '!' : '+'} ${block.text}`];
    case 'context':
      return ['', block.text];
    case 'fields': {
      const width = Math.max(...block.fields.map(({ label }) => label.length));
      return [
        '',
        ...(block.title ? [block.title] : []),
        ...block.fields.map(({ label, value }) => `  ${label.padEnd(width)}  ${value}`),
      ];
    }
    case 'table': {
      const table = new Table({ head: block.columns, style: { head: [], border: [] } });
      table.push(...block.rows);
      return [table.toString()];
    }
    default:
      return [];
  }
}
