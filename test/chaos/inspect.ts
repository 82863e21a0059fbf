// After a campaign: compares what the world saw with what the database says.
import pg from 'pg';
import type { World } from './campaign.ts';
import type { FarEnd } from './far-end.ts';

export interface Findings {
  /** Promises that were broken, in words; empty when all is well. */
  problems: string[];
  figures: {
    acknowledged: number;
    tickets: number;
    approvals: number;
    /** Replies at the far end, by their keys. */
    delivered: number;
    /** Arrivals of a key that the webhook knew already. */
    repeated: number;
    /** Letters that were looked up after a death in mid-send, and how many were found to have left. */
    lookups: { asked: number; found: number };
    cutOff: World['cutOff'];
    /** Attempts at sending beyond the first. */
    furtherAttempts: number;
  };
}

interface Row {
  key: string;
  channel: string;
  status: string;
  attempts: number;
  text: string;
  conversation: number;
  ticket: number;
  version: number;
  draft: string;
}

/** Every broken promise is one line. */
export async function inspect(databaseUrl: string, world: World, farEnd: FarEnd): Promise<Findings> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const problems: string[] = [];
    const rows = async <T>(sql: string): Promise<T[]> => (await client.query(sql)).rows;

    const outbox = await rows<Row>(
      `select o.key, o.channel, o.status, o.attempts, o.text, o.conversation_id::int as conversation,
              o.ticket_id::int as ticket, d.version, d.status as draft
       from outbox o join draft d on d.id = o.draft_id order by o.id`,
    );
    await received(rows, world, problems);
    delivered(outbox, farEnd, problems);
    await approved(rows, outbox, world, problems);

    for (const { id, status } of await rows<{ id: number; status: string }>(
      `select id::int, status from ticket where status not in ('awaiting_customer', 'resolved') or drafted_seq < inbound_seq`,
    ))
      problems.push(`T-${id} is stuck in ${status}`);
    for (const { id } of await rows<{ id: number }>(
      `select c.id::int from conversation c left join message m on m.conversation_id = c.id group by c.id
       having c.next_seq <> count(m.id) + 1 or max(m.seq) <> count(m.id)`,
    ))
      problems.push(`conversation ${id} has a gap in its numbers`);
    await shown(rows, problems);

    const arrivedKeys = new Set(farEnd.arrivals.map(({ key }) => key));
    const [tickets] = await rows<{ n: number }>('select count(*)::int as n from ticket');
    return {
      problems,
      figures: {
        acknowledged: world.acknowledged.length,
        tickets: tickets?.n ?? 0,
        approvals: world.approved.length,
        delivered: arrivedKeys.size,
        repeated: farEnd.arrivals.length - arrivedKeys.size,
        lookups: { asked: farEnd.lookups.length, found: farEnd.lookups.filter(({ found }) => found).length },
        cutOff: world.cutOff,
        furtherAttempts: outbox.reduce((sum, row) => sum + Math.max(0, row.attempts - 1), 0),
      },
    };
  } finally {
    await client.end();
  }
}

type Rows = <T>(sql: string) => Promise<T[]>;

/** Every ticket has one card, which stands in its channel and shows the newest revision; and was compared with others. */
async function shown(rows: Rows, problems: string[]): Promise<void> {
  for (const { id, cards, standing, ...ticket } of await rows<{
    id: number;
    cards: number;
    standing: number;
    rev: number;
    presented: number;
    card: number | null;
    drafted: number;
    clustered: number;
  }>(
    `select t.id::int, count(c.id)::int as cards, count(c.message)::int as standing, t.rev, t.presented_rev as presented,
            min(c.rev) as card, t.drafted_seq as drafted, t.clustered_seq as clustered
     from ticket t left join card c on c.ticket_id = t.id group by t.id order by t.id`,
  )) {
    const { rev, presented, card, drafted, clustered } = ticket;
    if (cards !== 1) problems.push(`T-${id} has ${cards} cards`);
    else if (standing !== 1) problems.push(`the card of T-${id} was not posted (revision ${card} of ${rev})`);
    if (rev > presented || (card ?? 0) < rev)
      problems.push(`T-${id} is at revision ${rev}: ${presented} is presented, its card shows ${card}`);
    if (drafted > clustered)
      problems.push(`T-${id} was compared with others up to message ${clustered} of ${drafted}`);
  }
}

/** Every acknowledged message is there once, under the id that was told, in the order in which it was written. */
async function received(rows: Rows, world: World, problems: string[]): Promise<void> {
  const kept = await rows<{
    id: string;
    external: string;
    conversation: number;
    seq: number;
    ticket: string;
  }>(
    `select 'M-' || id as id, external_id as external, conversation_id::int as conversation, seq,
            'T-' || ticket_id as ticket from message where direction = 'inbound'`,
  );
  const byId = new Map(kept.map((message) => [message.external, message]));
  if (kept.length !== byId.size) problems.push('a message is there twice');
  if (kept.length !== world.acknowledged.length)
    problems.push(`${world.acknowledged.length} messages were acknowledged, ${kept.length} are there`);
  const last = new Map<string, number>();
  for (const { customer, externalId, messageId, ticketId } of world.acknowledged) {
    const message = byId.get(externalId);
    if (!message) problems.push(`${externalId} was acknowledged and is lost`);
    else if (message.id !== messageId || message.ticket !== ticketId)
      problems.push(`${externalId} is not what was acknowledged`);
    else if (message.seq <= (last.get(customer) ?? 0)) problems.push(`${externalId} is out of order`);
    if (message) last.set(customer, message.seq);
  }
}

/** What is marked as sent has arrived, once; nothing else has; and in the order of the conversation. */
function delivered(outbox: Row[], { arrivals, lookups }: FarEnd, problems: string[]): void {
  for (const row of outbox) {
    const mine = arrivals.filter(({ key }) => key === row.key);
    if (!['sent', 'cancelled'].includes(row.status)) problems.push(`${row.key} is ${row.status}`);
    if (row.status === 'sent' && mine.length === 0)
      problems.push(`${row.key} is marked as sent and never arrived`);
    if (row.status === 'sent' && row.draft !== 'sent')
      problems.push(`${row.key} was sent, its draft is ${row.draft}`);
    if (row.channel === 'letters' && row.status === 'cancelled' && mine.length > 0)
      problems.push(`${row.key} was called back and arrived`);
    if (row.channel === 'letters' && mine.length > 1) {
      const denied = lookups.filter(({ key, found }) => key === row.key && !found).length;
      problems.push(`${row.key} arrived ${mine.length} times; ${denied} look-ups said that it had not`);
    }
    if (mine.some(({ text }) => text !== row.text)) problems.push(`${row.key} arrived with another text`);
  }
  const known = new Map(outbox.map((row, index) => [row.key, { ...row, index }]));
  const last = new Map<number, number>();
  const seen = new Set<string>();
  for (const { key } of arrivals) {
    const row = known.get(key);
    if (!row) problems.push(`${key} arrived and nobody had sent it`);
    if (!row || seen.has(key)) continue;
    seen.add(key);
    if (row.index < (last.get(row.conversation) ?? -1)) problems.push(`${key} arrived out of order`);
    last.set(row.conversation, row.index);
  }
}

/** Every reply has its approval, and every confirmed approval its reply. */
async function approved(rows: Rows, outbox: Row[], world: World, problems: string[]): Promise<void> {
  const decisions = await rows<{ ticket: number; version: number }>(
    `select ticket_id::int as ticket, draft_version as version from decision where kind in ('approve', 'edit')`,
  );
  const decided = new Set(decisions.map(({ ticket, version }) => `T-${ticket}.${version}`));
  if (decided.size !== decisions.length) problems.push('a draft version was approved twice');
  const replies = new Set(outbox.map(({ ticket, version }) => `T-${ticket}.${version}`));
  for (const reply of replies) if (!decided.has(reply)) problems.push(`${reply} was sent without approval`);
  for (const { ticketId, version } of world.approved)
    if (!replies.has(`${ticketId}.${version}`))
      problems.push(`the approval of ${ticketId}.${version} is lost`);
}
