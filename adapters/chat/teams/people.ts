// Who pressed or wrote: the Entra id that every event carries, and the e-mail address that the roster tells.
import { z } from 'zod';
import { AppError, errorText, mayPass } from '../../../src/model/errors.ts';
import type { AgentRef } from '../../../src/model/platform.ts';
import type { Clock, Log } from '../../../src/ports.ts';
import { type Activity, timeZoneOf } from './activity.ts';
import type { Connector } from './connector.ts';
import { LIMITS } from './limits.ts';
import type { Person, Places } from './places.ts';

/** https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context#fetch-the-roster-or-user-profile */
const member = z.looseObject({
  id: z.string().optional(),
  name: z.string().optional(),
  email: z.string().optional(),
  userPrincipalName: z.string().optional(),
  aadObjectId: z.string().optional(),
  objectId: z.string().optional(),
});
const roster = z.looseObject({ members: z.array(member), continuationToken: z.string().nullish() });

export type People = ReturnType<typeof createPeople>;

/** `named`: e-mail addresses by Entra object id, as configured. */
export function createPeople(deps: {
  clock: Clock;
  log: Log;
  places: Places;
  connector: Connector;
  named: Record<string, string>;
}) {
  const { clock, log, places, connector, named } = deps;

  /** `memberId`: Teams' own id of a person (`29:…`), or the Entra object id. */
  async function ask({ conversation, serviceUrl }: Activity, memberId: string): Promise<Person> {
    const path = `v3/conversations/${encodeURIComponent(conversation.id)}/members/${encodeURIComponent(memberId)}`;
    const found = member.parse(await connector.get(serviceUrl, path));
    const email = (found.email || found.userPrincipalName) ?? null;
    return {
      id: found.id ?? memberId,
      name: found.name ?? null,
      email: email?.includes('@') ? email.toLowerCase() : null,
      at: clock.now().getTime(),
      serviceUrl,
    };
  }

  /** Looks a person up among a channel's members, page by page. */
  async function inRoster(channel: string, email: string): Promise<string | null> {
    const { serviceUrl } = await places.conversation(channel);
    let token: string | undefined;
    for (let page = 0; page < LIMITS.rosterPages; page++) {
      const next = token ? `&continuationToken=${encodeURIComponent(token)}` : '';
      const path = `v3/conversations/${encodeURIComponent(channel)}/pagedmembers?pageSize=500${next}`;
      const { members, continuationToken } = roster.parse(await connector.get(serviceUrl, path));
      const found = members.find((one) =>
        [one.email, one.userPrincipalName].some((a) => a?.toLowerCase() === email),
      );
      if (found?.id) {
        const userId = found.aadObjectId ?? found.objectId ?? found.id;
        const at = clock.now().getTime();
        await places.keepPerson(userId, { id: found.id, name: found.name ?? null, email, at, serviceUrl });
        return userId;
      }
      if (!continuationToken) return null;
      token = continuationToken;
    }
    return null;
  }

  return {
    /** The e-mail address of somebody who was picked by Entra object id; null when Teams does not tell. */
    async emailOf(activity: Activity, objectId: string): Promise<string | null> {
      const known = named[objectId] ?? (await places.person(objectId))?.email;
      if (known) return known;
      try {
        const person = await ask(activity, objectId);
        await places.keepPerson(objectId, person);
        return person.email;
      } catch (error) {
        log.warn({ userId: objectId, reason: errorText(error) }, 'Teams did not tell who was picked');
        return null;
      }
    },

    /** The user id of an agent who is known by e-mail: somebody met before, or a member of this channel. */
    async idOf({ userId, email }: AgentRef, channel: string): Promise<string> {
      if (!email || (userId && !userId.includes('@'))) return userId;
      return (await places.userWith(email)) ?? (await inRoster(channel, email.toLowerCase())) ?? userId;
    },

    /**
     * The agent behind an event. When the roster cannot be read, what is known must do; AppError `person_unknown` for
     * somebody of whom nothing is known, while another try may do better.
     */
    async agentOf(activity: Activity): Promise<AgentRef> {
      const { from, serviceUrl } = activity;
      const userId = from.aadObjectId ?? from.id;
      let person = await places.person(userId);
      if (!person || clock.now().getTime() - person.at > LIMITS.personMs || person.id !== from.id) {
        try {
          person = { ...(await ask(activity, from.id)), id: from.id };
          await places.keepPerson(userId, person);
        } catch (error) {
          log.warn({ userId, reason: errorText(error) }, 'Teams did not tell the e-mail address of an agent');
          if (!person?.email && !named[userId] && mayPass(error)) throw unknownPerson(error);
          person ??= { id: from.id, name: from.name ?? null, email: null, at: 0, serviceUrl };
          await places.keepPerson(userId, person);
        }
      }
      const name = person.name ?? from.name;
      const timeZone = timeZoneOf(activity);
      return {
        platform: 'teams',
        userId,
        ...(name ? { name } : {}),
        ...(person.email ? { email: person.email } : {}),
        ...(timeZone ? { timeZone } : {}),
      };
    },
  };
}

/** Nothing is known of somebody, while another try may do better. */
export function unknownPerson(cause?: unknown): AppError {
  return new AppError(
    'person_unknown',
    'Teams does not tell who you are just now. Nothing was done; please try again.',
    { retryable: true, cause },
  );
}
