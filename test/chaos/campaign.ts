// Customers write, agents click, and the bot is killed with -9 again and again; afterwards nothing is lost or doubled.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { ask, type BotProcess, spawnBot } from '../support/bot-process.ts';
import { startFarEnd } from './far-end.ts';
import { type Findings, inspect } from './inspect.ts';

export interface CampaignOptions {
  kills: number;
  /** Longest life of a bot between its start and its death, in milliseconds. */
  lifeMs: number;
  /** Where the bot keeps its data: DATA_DIR or DATABASE_URL. */
  storage: Record<string, string>;
  /** Address of that database, asked for once the first bot has made it. */
  databaseUrl(): Promise<string>;
  /** How many bots share the database; one of them is killed at a time. */
  replicas?: number;
  random: () => number;
  say?: (line: string) => void;
}

/** What the outside world saw. */
export interface World {
  /** Messages that the bot acknowledged, in the order in which each customer wrote them. */
  acknowledged: {
    customer: string;
    channel: string;
    externalId: string;
    messageId: string;
    ticketId: string | null;
  }[];
  /** Approvals that the bot confirmed. */
  approved: { ticketId: string; version: number }[];
  /** Requests that a death cut off, and that were made again. */
  cutOff: { messages: number; clicks: number };
}

export interface Report extends Findings {
  kills: number;
  /** Deaths before the bot had come up. */
  inStart: number;
  minutes: number;
}

const CUSTOMERS = 6;
/** Tickets that may wait for an agent before the customers pause. */
const BACKLOG = 40;
/** How much faster the bots' clock goes: leases and pauses are a minute long. */
const CLOCK_SPEED = 10;
const CONFIG = `
intake: { channels: [api, letters] }
send: { undoSeconds: 2 }
`;

const receiptSchema = z.object({ messageId: z.string(), ticketId: z.string().nullable() });
const ticketsSchema = z.array(
  z.object({
    id: z.string(),
    status: z.string(),
    drafts: z.array(z.object({ version: z.number(), status: z.string(), text: z.string() })),
    outbox: z.array(z.object({ key: z.string(), status: z.string() })),
  }),
);

/** Runs the whole campaign; `problems` of its report is empty when all promises were kept. */
export async function runCampaign(options: CampaignOptions): Promise<Report> {
  const { kills, lifeMs, random, replicas = 1, say = () => undefined } = options;
  const began = Date.now();
  const farEnd = await startFarEnd(random);
  const folder = await mkdtemp(join(tmpdir(), 'deskhand-chaos-'));
  const config = join(folder, 'deskhand.yaml');
  await writeFile(config, CONFIG);
  const env = {
    ...options.storage,
    DESKHAND_CONFIG: config,
    DESKHAND_REPLY_WEBHOOK_URL: `${farEnd.url}/webhook`,
    DESKHAND_REPLY_WEBHOOK_SECRET: 'a-secret-of-the-campaign',
    LETTERS_URL: `${farEnd.url}/letters`,
    CLOCK: `${began} ${CLOCK_SPEED}`,
  };
  const world: World = { acknowledged: [], approved: [], cutOff: { messages: 0, clicks: 0 } };
  const bots: BotProcess[] = Array.from({ length: replicas }, () => spawnBot(env));
  let writing = true;
  let clicking = true;
  let backlog = 0;
  let inStart = 0;
  let over = false;

  /** A bot that serves at the moment. */
  async function someUrl(): Promise<string> {
    const bot = bots[Math.floor(random() * bots.length)];
    return Promise.race([bot?.url ?? '', delay(2_000).then(() => Promise.reject(new Error('no bot')))]);
  }

  /** Writes again until it is acknowledged, as a mail server or a webhook would. */
  async function customer(number: number): Promise<void> {
    const name = `customer-${number}`;
    for (let n = 0; writing; n++) {
      const channel = random() < 0.5 ? 'api' : 'letters';
      const externalId = `${name}-${n}`;
      // Some go on with the thread before; the bot must then draft again.
      const threadId = `${name}-thread-${random() < 0.3 ? Math.max(0, n - 1) : n}`;
      const body = {
        channel,
        externalId,
        threadId,
        customer: { email: `${name}@example.org`, name },
        text: `${word(random)} ${word(random)} ${word(random)}?`,
      };
      while (!over) {
        try {
          const response = await ask(await someUrl(), '/api/messages', body);
          if (response.status === 202) {
            const receipt = receiptSchema.parse(await response.json());
            world.acknowledged.push({ customer: name, channel, externalId, ...receipt });
            break;
          }
          await response.body?.cancel();
        } catch {
          world.cutOff.messages++;
        }
        await delay(30);
      }
      do await delay(random() * 60);
      while (writing && backlog > BACKLOG);
    }
  }

  /** Approves, edits, undoes and retries whatever waits. */
  async function agent(): Promise<void> {
    while (clicking) {
      try {
        const url = await someUrl();
        const response = await ask(url, '/api/tickets?status=open,awaiting_agent,sending&limit=100');
        const tickets = ticketsSchema.parse(await response.json());
        backlog = tickets.length;
        for (const ticket of tickets) await handle(url, ticket);
      } catch {
        world.cutOff.clicks++;
      }
      await delay(50);
    }
  }

  async function handle(url: string, ticket: z.infer<typeof ticketsSchema>[number]): Promise<void> {
    const act = async (decision: Record<string, unknown>, draftVersion: number) => {
      const response = await ask(url, `/api/tickets/${ticket.id}/actions`, {
        ...decision,
        draftVersion,
        agent: 'ana@example.org',
      });
      await response.body?.cancel();
      return response.ok;
    };
    const pending = ticket.drafts.find((draft) => draft.status === 'pending');
    const trouble = ticket.outbox.some(({ status }) => status === 'failed' || status === 'unknown');
    if (pending) {
      const { version } = pending;
      const decision =
        random() < 0.2 ? { kind: 'edit', text: `Edited: ${ticket.id}.${version}` } : { kind: 'approve' };
      if (await act(decision, version)) world.approved.push({ ticketId: ticket.id, version });
    } else if (trouble && ticket.status === 'awaiting_agent') await act({ kind: 'retry' }, 0);
    else if (ticket.status === 'sending' && random() < 0.02) await act({ kind: 'undo' }, 0);
  }

  const people = [...Array.from({ length: CUSTOMERS }, (_, index) => customer(index)), agent()];
  try {
    await bots[0]?.url;
    for (let kill = 1; kill <= kills; kill++) {
      const victim = Math.floor(random() * bots.length);
      const bot = bots[victim];
      // One in ten dies while it starts.
      const early = random() < 0.1;
      if (!early) await bot?.url;
      await delay(random() * (early ? 300 : lifeMs));
      let up = false;
      bot?.url.then(
        () => {
          up = true;
        },
        () => undefined,
      );
      await Promise.resolve();
      if (!up) inStart++;
      await bot?.kill();
      bots[victim] = spawnBot(env);
      if (kill % 20 === 0)
        say(`${kill} kills, ${world.acknowledged.length} messages, ${farEnd.arrivals.length} arrivals`);
    }
    writing = false;
    await Promise.all(people.slice(0, -1));
    const databaseUrl = await options.databaseUrl();
    const answered = await comeToRest(databaseUrl);
    clicking = false;
    await people.at(-1);
    const exits = await Promise.all(bots.map((bot) => bot.stop()));
    // The last clicks, and the jobs that a stop waits for, may have changed what cards show: the next start shows it.
    const last = spawnBot(env);
    bots.push(last);
    await last.url;
    const rest = answered && (await comeToRest(databaseUrl));
    exits.push(await last.stop());
    const findings = await inspect(databaseUrl, world, farEnd);
    if (!rest) findings.problems.push('not all tickets come to rest');
    for (const code of exits) if (code !== 0) findings.problems.push(`a bot ended with ${code}`);
    return { ...findings, kills, inStart, minutes: (Date.now() - began) / 60_000 };
  } finally {
    over = true;
    writing = false;
    clicking = false;
    for (const bot of bots) await bot.kill();
    await Promise.allSettled(people);
    await farEnd.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Waits until no ticket waits for anybody and every card is up to date, which clusters change, too; false after two minutes. */
async function comeToRest(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const deadline = Date.now() + 120_000; Date.now() < deadline; await delay(250)) {
      const { rows } = await client.query(
        `select 1 from ticket where status not in ('awaiting_customer', 'resolved')
           or inbound_seq > drafted_seq or drafted_seq > clustered_seq or rev > presented_rev limit 1`,
      );
      if (rows.length === 0) return true;
    }
    return false;
  } finally {
    await client.end();
  }
}

/** Eight letters that nobody has written before, so that only threads join messages to tickets. */
function word(random: () => number): string {
  return Array.from({ length: 8 }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('');
}
