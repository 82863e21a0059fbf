// When a promise to a customer counts as due, broken or open, as SQL for every query that counts it.
import { type SQL, sql } from 'drizzle-orm';
import type { ServiceTarget } from '../../../model/service-level.ts';
import { instant } from './moments.ts';

/** Conditions on `ticket t` and, for the resolution, its `service_clock k`. */
export interface PromiseStates {
  /** Kept or broken: its time has come, or what was promised has. */
  due: SQL;
  late: SQL;
  /** Neither yet; it becomes late without any change of the ticket. */
  pending: SQL;
}

/** Promises of rejected tickets count for nothing. A clock that stands still breaks no promise meanwhile. */
export function promiseStates(now: Date): Record<ServiceTarget, PromiseStates> {
  const at = instant(now);
  const serious = sql`t.resolution is distinct from 'rejected'`;
  const late = sql`(${serious} and (k.breached_at is not null or k.due_at < coalesce(k.paused_at, t.resolved_at, ${at})))`;
  return {
    first_answer: {
      due: sql`(${serious} and t.due_at is not null and (t.first_response_at is not null or t.due_at < ${at}))`,
      late: sql`(${serious} and coalesce(coalesce(t.first_response_at, ${at}) > t.due_at, false))`,
      pending: sql`(${serious} and t.first_response_at is null and t.due_at >= ${at})`,
    },
    resolution: {
      due: sql`(${serious} and t.resolved_at is not null or ${late})`,
      late,
      pending: sql`(${serious} and t.resolved_at is null and k.paused_at is null and not ${late})`,
    },
  };
}

/** Whether the resolution of `ticket t` was promised and stands as `state` says. */
export function resolutionIs(state: SQL): SQL {
  return sql`exists (select 1 from service_clock k where k.ticket_id = t.id and k.target = 'resolution' and ${state})`;
}
