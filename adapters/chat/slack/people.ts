// Who a Slack user is: name and e-mail as Slack tells, kept for a while.
import { z } from 'zod';
import { AppError, errorText } from '../../../src/model/errors.ts';
import type { AgentRef } from '../../../src/model/platform.ts';
import type { AdapterStore, Clock, Log } from '../../../src/ports.ts';

/** After this long Slack is asked again; what is known stays true while it does not answer. */
const KEPT_MS = 6 * 3_600_000;

const keptSchema = z.object({
  name: z.string().optional(),
  email: z.string().optional(),
  timeZone: z.string().optional(),
  at: z.number(),
});
type Kept = z.infer<typeof keptSchema>;

const userSchema = z.looseObject({
  team_id: z.string().optional(),
  deleted: z.boolean().optional(),
  is_bot: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
  is_email_confirmed: z.boolean().optional(),
  real_name: z.string().optional(),
  name: z.string().optional(),
  tz: z.string().optional(),
  profile: z
    .looseObject({
      email: z.string().optional(),
      real_name: z.string().optional(),
      display_name: z.string().optional(),
    })
    .optional(),
  enterprise_user: z.looseObject({ teams: z.array(z.string()).optional() }).optional(),
});

export interface People {
  /** AppError `person_unknown` when Slack cannot say who an agent is that the configuration does not name. */
  find(userId: string): Promise<AgentRef>;
}

export function createPeople(options: {
  platform: string;
  store: AdapterStore;
  clock: Clock;
  log: Log;
  /** `users.info`. */
  ask(userId: string): Promise<unknown>;
  /** Agents that the configuration knows by their user ids need no answer of Slack. */
  named(userId: string): boolean;
  /** Our own workspace. */
  teamId(): Promise<string | null>;
}): People {
  const { platform, store, clock, log, ask, named, teamId } = options;
  const memory = new Map<string, Kept>();

  async function load(userId: string): Promise<Kept | null> {
    const now = clock.now().getTime();
    const isFresh = (kept: Kept) => now - kept.at < KEPT_MS;
    const remembered = memory.get(userId);
    if (remembered && isFresh(remembered)) return remembered;
    const known = keptSchema.safeParse(await store.get(`person/${userId}`)).data ?? remembered;
    if (known && isFresh(known)) return known;
    try {
      const kept = { ...profileOf(await ask(userId), await teamId()), at: now };
      await store.set(`person/${userId}`, kept);
      return kept;
    } catch (error) {
      log.warn({ userId, reason: errorText(error) }, 'Slack did not tell who a person is');
      if (known) return known;
      if (named(userId)) return null;
      throw new AppError(
        'person_unknown',
        'Slack does not tell who you are just now. Nothing was done; please try again.',
        {
          retryable: true,
          cause: error,
        },
      );
    }
  }

  return {
    async find(userId) {
      const kept = await load(userId);
      if (kept) memory.set(userId, kept);
      if (memory.size > 2_000) memory.clear();
      return {
        platform,
        userId,
        ...(kept?.name && { name: kept.name }),
        ...(kept?.email && { email: kept.email }),
        ...(kept?.timeZone && { timeZone: kept.timeZone }),
      };
    },
  };
}

/**
 * The e-mail counts only when our own workspace vouches for it: people of other workspaces (Slack Connect) may
 * bear any address, and agents are known by theirs.
 */
function profileOf(user: unknown, team: string | null): Omit<Kept, 'at'> {
  const parsed = userSchema.safeParse(user);
  if (!parsed.success) return {};
  const { data } = parsed;
  const ours =
    team !== null && (data.team_id === team || data.enterprise_user?.teams?.includes(team) === true);
  const trusted =
    ours && !data.deleted && !data.is_bot && !data.is_stranger && data.is_email_confirmed !== false;
  const name = data.profile?.display_name || data.real_name || data.profile?.real_name || data.name;
  const email = trusted ? data.profile?.email?.toLowerCase() : undefined;
  return { ...(name && { name }), ...(email && { email }), ...(data.tz && { timeZone: data.tz }) };
}
