// `/deskhand dashboard`: where the dashboard is, and a link that signs a browser in.
import { signInCard } from '../cards/notes.ts';
import type { ActionReply, AgentRef } from '../model/platform.ts';
import type { Actor } from './agents.ts';
import { notice } from './answers.ts';
import type { FlowDeps } from './deps.ts';

const LINK_MINUTES = 15;

/** A link for this agent alone. Everybody in the list of agents may look. */
export async function dashboardLink(
  { platforms, publicUrl, settings }: Pick<FlowDeps, 'platforms' | 'publicUrl' | 'settings'>,
  actor: Actor,
  agent: AgentRef,
): Promise<ActionReply> {
  const page = [...platforms.values()].find(({ signInLink }) => signInLink);
  if (!page?.signInLink)
    return notice(
      'The dashboard is served with the console, which is switched off: set "console: { enabled: true }" in config/deskhand.yaml.',
      false,
    );
  // Whoever asks there is signed in already.
  if (agent.platform === page.id) return notice(`The dashboard is at ${publicUrl}/dashboard`, true);
  const who = settings.agents.length > 0 ? (actor.email ?? undefined) : undefined;
  const url = await page.signInLink(who, { path: '/dashboard', minutes: LINK_MINUTES });
  return { kind: 'card', card: signInCard({ url, name: actor.name, minutes: LINK_MINUTES }) };
}
