// Who is acting: maps a platform's user to an agent of the configuration, and says what they may do.
import type { Agent } from '../config/schema.ts';
import type { DecisionKind, Role } from '../model/decision.ts';
import type { AgentRef } from '../model/platform.ts';

/** An agent as the flows know one. */
export interface Actor {
  name: string;
  email: string | null;
  role: Role;
}

const MAY_ACT: readonly Role[] = ['agent', 'lead', 'admin'];

/**
 * The agent behind a platform's user; null for a stranger. With no agents configured everybody may act,
 * under the name that the platform tells.
 */
export function findActor(agents: Agent[], ref: AgentRef): Actor | null {
  if (agents.length === 0)
    return { name: ref.name ?? ref.email ?? 'You', email: ref.email ?? null, role: 'admin' };
  const email = (ref.email ?? (ref.userId.includes('@') ? ref.userId : '')).toLowerCase();
  const agent = agents.find(
    (candidate) =>
      candidate.email.toLowerCase() === email || platformId(candidate, ref.platform) === ref.userId,
  );
  return agent ? { name: agent.name, email: agent.email, role: agent.role } : null;
}

function platformId(agent: Agent, platform: string): string | undefined {
  if (platform === 'slack') return agent.slack;
  if (platform === 'discord') return agent.discord;
  if (platform === 'teams') return agent.teams;
  return agent.email;
}

/** Null when the agent may do it, else a clear reason for their eyes only. */
export function refusal(actor: Actor | null, kind: DecisionKind | 'thread'): string | null {
  if (!actor)
    return 'You are not in the list of agents, so nothing was done. Ask an admin to add you under "agents" in config/deskhand.yaml.';
  if (MAY_ACT.includes(actor.role)) return null;
  const act = kind === 'thread' ? 'write notes' : `${kind} tickets`;
  return `Your role is "${actor.role}", which may look but not ${act}. Ask a lead or an admin for the role "agent".`;
}
