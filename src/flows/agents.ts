// Who is acting: maps a platform's user to an agent of the configuration, and says what they may do.
import type { Agent, YamlConfig } from '../config/schema.ts';
import { type Right, ROLES, type Role } from '../model/decision.ts';
import type { AgentRef } from '../model/platform.ts';
import { isWithin } from '../model/taxonomy.ts';
import { isTimeZone } from '../model/zone.ts';

/** An agent as the flows know one. */
export interface Actor {
  name: string;
  email: string | null;
  role: Role;
  /** Categories, or their first parts, whose tickets they act on; null: all. */
  categories: string[] | null;
}

/**
 * The agent behind a platform's user; null for a stranger. With no agents configured everybody may act,
 * under the name that the platform tells.
 */
export function findActor(agents: Agent[], ref: AgentRef): Actor | null {
  if (agents.length === 0)
    return {
      name: ref.name ?? ref.email ?? 'You',
      email: ref.email ?? null,
      role: 'admin',
      categories: null,
    };
  const agent = agentOf(agents, ref);
  if (!agent) return null;
  const { name, role, categories = null } = agent;
  return { name, email: agent.email, role, categories };
}

function agentOf(agents: Agent[], ref: AgentRef): Agent | undefined {
  const email = (ref.email ?? (ref.userId.includes('@') ? ref.userId : '')).toLowerCase();
  return agents.find(
    (candidate) =>
      candidate.email.toLowerCase() === email || platformId(candidate, ref.platform) === ref.userId,
  );
}

/** The zone of an agent's clocks: as configured, as the platform tells, else the workspace's. */
export function zoneOf(
  { agents, workspace }: Pick<YamlConfig, 'agents' | 'workspace'>,
  ref: AgentRef,
): string {
  const told = agentOf(agents, ref)?.timeZone ?? ref.timeZone;
  return told !== undefined && isTimeZone(told) ? told : workspace.timeZone;
}

/** The agent with this e-mail address, whatever its case. */
export function agentByEmail(agents: Agent[], address: string | null | undefined): Agent | undefined {
  return agents.find(({ email }) => email.toLowerCase() === address?.toLowerCase());
}

/** Whether the configuration means this agent: by name or e-mail, or by team as `team:billing`; whatever the case. */
export function isNamed({ name, email, team }: Agent, wanted: string): boolean {
  const known = [name, email, ...(team ? [`team:${team}`] : [])];
  return known.some((one) => one.toLowerCase() === wanted.toLowerCase());
}

/** An agent as a platform knows them: by the id that the configuration tells, else by e-mail. */
export function agentRef(agent: Agent, platform: string): AgentRef {
  const { name, email } = agent;
  return { platform, userId: platformId(agent, platform) ?? email, name, email };
}

/** Undefined where the configuration does not tell it. */
function platformId(agent: Agent, platform: string): string | undefined {
  if (platform === 'slack') return agent.slack;
  if (platform === 'discord') return agent.discord;
  if (platform === 'teams') return agent.teams;
  return agent.email;
}

/** What somebody is told who is no agent. */
export const STRANGER =
  'You are not in the list of agents, so nothing was done. Ask an admin to add you under "agents" in config/deskhand.yaml.';

/** Null when the agent may act at all, else a clear reason for their eyes only. */
export function refusal(actor: Actor | null, kind: Right | 'thread'): string | null {
  if (!actor) return STRANGER;
  if (actor.role !== 'viewer') return null;
  return `Your role is "viewer", which may look but not ${WORDS[kind]}. Ask a lead or an admin for the role "agent".`;
}

type Team = Pick<YamlConfig, 'agents' | 'rights'>;

/**
 * The same for one action, as the configuration's `rights` and the agent's `categories` have it; names who may.
 * `category`: of the ticket that it is about; null where there is none (yet), which everybody may act on.
 */
export function rightRefusal(
  team: Team,
  actor: Actor | null,
  right: Right,
  category: string | null = null,
): string | null {
  const refused = refusal(actor, right);
  if (refused || !actor) return refused;
  const least = leastRole(team, right);
  if (ROLES.indexOf(actor.role) < ROLES.indexOf(least))
    return `To ${WORDS[right]} takes the role "${least}", and yours is "${actor.role}". ${whoMay(team, right, category)}`;
  if (mayOn(actor.categories, right, category)) return null;
  return `You act on ${actor.categories?.join(', ')}; to ${WORDS[right]} of ${category} is for others. ${whoMay(team, right, category)}`;
}

function leastRole({ rights }: Team, right: Right): Role {
  return rights[right] ?? (right === 'mode' ? 'lead' : 'agent');
}

/** Notes are welcome everywhere. */
function mayOn(categories: string[] | null, right: Right, category: string | null): boolean {
  if (categories === null || category === null || right === 'note') return true;
  return categories.some((own) => isWithin(category, own));
}

/** How many people are named. */
const NAMED = 3;

function whoMay(team: Team, right: Right, category: string | null): string {
  const able = team.agents.filter(
    ({ role, categories = null }) =>
      role !== 'viewer' &&
      ROLES.indexOf(role) >= ROLES.indexOf(leastRole(team, right)) &&
      mayOn(categories, right, category),
  );
  if (able.length === 0) return 'Nobody may: ask an admin to change that in config/deskhand.yaml.';
  const names = able.slice(0, NAMED).map(({ name }) => name);
  return `Ask ${new Intl.ListFormat('en', { type: 'disjunction' }).format(names)}.`;
}

/** What each action is called in a sentence. */
const WORDS: Record<Right | 'thread', string> = {
  approve: 'approve replies',
  edit: 'write replies',
  escalate: 'escalate tickets',
  take: 'take tickets',
  assign: 'assign tickets',
  release: 'release tickets',
  snooze: 'snooze tickets',
  reclassify: 'change the category of tickets',
  prioritise: 'change the priority of tickets',
  link: 'link bugs to tickets',
  flag: 'judge drafts',
  note: 'write notes',
  resolve: 'resolve tickets',
  reject: 'close tickets',
  retry: 'send replies again',
  undo: 'undo replies',
  create: 'create tickets',
  mode: 'change modes',
  cluster: 'judge bugs',
  issue: 'create, link or close issues',
  alert: 'answer alerts',
  publish: 'publish articles',
  thread: 'write notes',
};
