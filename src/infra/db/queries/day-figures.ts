// Queries that count days: live from the tickets, or as they were kept when nothing has changed since.
import { and, eq, gte, lte, notExists, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { TicketSlice } from '../../../model/dashboard.ts';
import { type CategoryDay, categoryDaySchema, type DayFigures, type DaySpan } from '../../../model/digest.ts';
import type { Db } from '../index.ts';
import { dayFigures, ticketChange } from '../schema/day-figures.ts';
import { type PromiseStates, promiseStates } from './promises.ts';
import { inSlice } from './ticket-slice.ts';

const seconds = (later: SQL) =>
  sql`coalesce(json_agg(round(extract(epoch from ${later} - t.created_at))::int) filter (where ${later} is not null), '[]')`;
const answeredBy = (who: string) => {
  const by = sql`t.first_response_at is not null and t.replied_by = ${who}`;
  return sql`json_build_object('n', count(*) filter (where ${by}), 'rated', count(t.csat) filter (where ${by}),
    'stars', coalesce(sum(t.csat) filter (where ${by}), 0))`;
};

const counted = ({ due, late, pending }: PromiseStates) =>
  sql`json_build_object('known', count(*) filter (where ${due}), 'late', count(*) filter (where ${late}),
    'pending', count(*) filter (where ${pending}))`;

const promises = categoryDaySchema.shape.due.shape;
const openedSchema = z.array(
  categoryDaySchema
    .omit({ resolution: true, confirmed: true, due: true })
    .extend({ day: z.string(), promised: promises.first_answer }),
);
const promisedSchema = z.array(
  categoryDaySchema.pick({ category: true }).extend({ day: z.string(), promised: promises.resolution }),
);
const resolvedSchema = z.array(
  categoryDaySchema.pick({ category: true, resolution: true, confirmed: true }).extend({ day: z.string() }),
);
const NO_PROMISES = { known: 0, late: 0, pending: 0 };
const NOTHING: CategoryDay = {
  category: null,
  received: 0,
  rejected: 0,
  answered: {
    auto: { n: 0, rated: 0, stars: 0 },
    assisted: { n: 0, rated: 0, stars: 0 },
    agent: { n: 0, rated: 0, stars: 0 },
  },
  due: { first_answer: NO_PROMISES, resolution: NO_PROMISES },
  response: [],
  resolution: [],
  confirmed: 0,
};

export function dayFigureQueries(db: Db) {
  /** `day, starts, ends` of each span, as a table. */
  const table = (days: DaySpan[]) =>
    sql`json_to_recordset(${JSON.stringify(days.map(({ day, from, to }) => ({ day, starts: from, ends: to })))}::json)
      as d(day text, starts timestamptz, ends timestamptz)`;
  /** True while nothing has been changed of the tickets that a kept day counts. */
  const unchanged = notExists(
    db
      .select({ at: ticketChange.at })
      .from(ticketChange)
      .where(and(gte(ticketChange.at, dayFigures.starts), sql`${ticketChange.at} < ${dayFigures.ends}`)),
  );

  return {
    /** Counts days from the tickets themselves, as of `now`; days without any are missing. */
    async countDays(days: DaySpan[], now: Date, slice: TicketSlice = {}): Promise<DayFigures[]> {
      if (days.length === 0) return [];
      const states = promiseStates(now);
      const [opened, promised, resolved] = await Promise.all([
        db.execute(sql`
          select d.day, t.category, count(*)::int as received,
            (count(*) filter (where t.resolution = 'rejected'))::int as rejected,
            json_build_object('auto', ${answeredBy('auto')}, 'assisted', ${answeredBy('assisted')},
              'agent', ${answeredBy('agent')}) as answered,
            ${counted(states.first_answer)} as promised,
            ${seconds(sql`t.first_response_at`)} as response
          from ${table(days)} join ticket t on t.created_at >= d.starts and t.created_at < d.ends
          where t.outreach is null ${inSlice(slice)} group by 1, 2`),
        db.execute(sql`
          select d.day, t.category, ${counted(states.resolution)} as promised
          from ${table(days)} join ticket t on t.created_at >= d.starts and t.created_at < d.ends
            join service_clock k on k.ticket_id = t.id and k.target = 'resolution'
          where t.outreach is null ${inSlice(slice)} group by 1, 2`),
        db.execute(sql`
          select d.day, t.category, (count(*) filter (where t.resolution = 'confirmed'))::int as confirmed,
            ${seconds(sql`t.resolved_at`)} as resolution
          from ${table(days)} join ticket t on t.resolved_at >= d.starts and t.resolved_at < d.ends
          where t.resolution is distinct from 'rejected' and t.outreach is null
            and (t.reopened_at is null or t.reopened_at < t.resolved_at) ${inSlice(slice)} group by 1, 2`),
      ]);
      const figures = new Map<string, Map<string | null, CategoryDay>>();
      const figuresOf = ({ day, category }: { day: string; category: string | null }): CategoryDay => {
        const categories = figures.get(day) ?? new Map<string | null, CategoryDay>();
        const own = categories.get(category) ?? { ...NOTHING, category, due: { ...NOTHING.due } };
        figures.set(day, categories.set(category, own));
        return own;
      };
      for (const { day, promised: due, ...row } of openedSchema.parse(opened.rows))
        Object.assign(figuresOf({ day, ...row }), row).due.first_answer = due;
      for (const { promised: due, ...row } of promisedSchema.parse(promised.rows))
        figuresOf(row).due.resolution = due;
      for (const { day, ...row } of resolvedSchema.parse(resolved.rows))
        Object.assign(figuresOf({ day, ...row }), row);
      return [...figures].map(([day, categories]) => ({ day, categories: [...categories.values()] }));
    },

    /** Whole days as they were kept, those of which nothing has changed since. */
    async keptDays(zone: string, first: string, last: string): Promise<DayFigures[]> {
      return db
        .select({ day: dayFigures.day, categories: dayFigures.categories })
        .from(dayFigures)
        .where(
          and(eq(dayFigures.zone, zone), gte(dayFigures.day, first), lte(dayFigures.day, last), unchanged),
        );
    },

    /** Forgets kept days of which something has changed, and those of other zones; answers which are left. */
    async forgetChangedDays(zone: string): Promise<string[]> {
      // One statement, so that a change that is being made meanwhile is either seen or left for the next time.
      await db.execute(sql`
        with changed as (delete from ticket_change returning at)
        delete from day_figures d where d.zone <> ${zone}
          or exists (select 1 from changed c where c.at >= d.starts and c.at < d.ends)`);
      const rows = await db.select({ day: dayFigures.day }).from(dayFigures).where(eq(dayFigures.zone, zone));
      return rows.map(({ day }) => day);
    },

    async keepDays(rows: (typeof dayFigures.$inferInsert)[]): Promise<void> {
      if (rows.length > 0) await db.insert(dayFigures).values(rows).onConflictDoNothing();
    },
  };
}
