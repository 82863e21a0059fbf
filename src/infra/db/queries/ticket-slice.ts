// A part of the tickets as SQL, for every query whose figures can be filtered.
import { type SQL, sql } from 'drizzle-orm';
import { NONE, type TicketSlice } from '../../../model/dashboard.ts';

/** Conditions on `ticket t`, each with its `and` in front; nothing for all tickets. */
export function inSlice({ category, plan, channel, priority, agent }: TicketSlice): SQL {
  const conditions: SQL[] = [];
  if (category === NONE) conditions.push(sql`and t.category is null`);
  else if (category) conditions.push(sql`and t.category = ${category}`);
  if (channel) conditions.push(sql`and t.channel = ${channel}`);
  if (priority) conditions.push(sql`and t.priority ->> 'level' = ${priority}`);
  if (plan) {
    const has = sql`(select 1 from customer pc join account pa on pa.id = pc.account_id
      where pc.id = t.customer_id and pa.plan ${plan === NONE ? sql`is not null` : sql`= ${plan}`})`;
    conditions.push(plan === NONE ? sql`and not exists ${has}` : sql`and exists ${has}`);
  }
  if (agent)
    conditions.push(
      sql`and (t.assignee = ${agent} or exists (
        select 1 from decision pd where pd.ticket_id = t.id and pd.by = ${agent} and pd.undone_at is null))`,
    );
  return sql.join(conditions, sql` `);
}
