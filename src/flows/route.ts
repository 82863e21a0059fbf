// Where a ticket's cards go, and who is mentioned on them: the routing rules of the configuration.
import type { RouteRule } from '../config/schema.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Customer } from '../model/customer.ts';
import type { AgentRef, Place } from '../model/platform.ts';
import { isWithin } from '../model/taxonomy.ts';
import { agentRef, isNamed } from './agents.ts';
import type { FlowDeps } from './deps.ts';

type RouteDeps = Pick<FlowDeps, 'settings' | 'platforms'>;

/** `slack:C0SUPPORT` -> platform and channel. */
export function parseTarget(target: string): Place {
  const at = target.indexOf(':');
  return { platform: target.slice(0, at), channel: target.slice(at + 1) };
}

/** Channels that the rules name for a ticket. Some may be on platforms that are not set up. */
export function placesOf({ settings }: RouteDeps, ticket: TicketRow, customer: Customer): Place[] {
  const rule = ruleOf(settings.routes, ticket, customer);
  return (rule?.to ?? settings.channels.tickets).map(parseTarget);
}

/** Where a card goes that nothing can be shown of elsewhere; null when there is no such place. */
export function fallbackOf({ settings, platforms }: RouteDeps, failed: Place): Place | null {
  const configured = parseTarget(settings.channels.fallback);
  const [first] = platforms.keys();
  const fallback = platforms.has(configured.platform)
    ? configured
    : first === undefined
      ? null
      : { platform: first, channel: 'support' };
  const isSame = fallback?.platform === failed.platform && fallback.channel === failed.channel;
  return isSame ? null : fallback;
}

/** Who is mentioned on a ticket's card, as one platform knows them. */
export function mentionsOf(
  { settings }: RouteDeps,
  ticket: TicketRow,
  customer: Customer,
  platform: string,
): AgentRef[] {
  const named = ruleOf(settings.routes, ticket, customer)?.mention ?? [];
  return settings.agents
    .filter((agent) => named.some((name) => isNamed(agent, name)))
    .map((agent) => agentRef(agent, platform));
}

/** The first rule whose conditions all hold. */
function ruleOf(rules: RouteRule[], ticket: TicketRow, customer: Customer): RouteRule | undefined {
  return rules.find(({ when }) => matches(when, ticket, customer));
}

function matches(when: RouteRule['when'], ticket: TicketRow, { account }: Customer): boolean {
  const has = (wanted: string[] | undefined, actual: string | null | undefined) =>
    !wanted || (actual != null && wanted.some((one) => one.toLowerCase() === actual.toLowerCase()));
  const { category } = ticket;
  return (
    (!when.category || (category !== null && when.category.some((one) => isWithin(category, one)))) &&
    (!when.priority || (ticket.priority !== null && when.priority.includes(ticket.priority.level))) &&
    has(when.plan, account?.plan) &&
    has(when.account, account?.name) &&
    has(when.language, ticket.analysis?.language) &&
    has(when.channel, ticket.channel)
  );
}
