// Alerts: their cards, who hears of them, and what people answer to them.
import { alertCard, articleForm } from '../cards/alert.ts';
import type { AlertRow } from '../infra/db/queries/signals.ts';
import { type AlertView, alertKey } from '../model/alert.ts';
import { errorText } from '../model/errors.ts';
import type { ActionReply, Place } from '../model/platform.ts';
import { cleanLine, cleanText } from '../model/text.ts';
import { agentByEmail, agentRef } from './agents.ts';
import { changedMeanwhile, notice, wrongButton } from './answers.ts';
import type { FlowDeps } from './deps.ts';
import { publishArticle } from './publish.ts';
import { parseTarget } from './route.ts';
import { showCard } from './show-card.ts';
import type { SubjectAction } from './subjects.ts';

/** Cards drawn by one pass. */
const AT_ONCE = 20;
const DEFAULT_TARGETS = ['console:alerts'];

/** Brings the card of every alert up to date that lags behind. What fails is tried by the next pass. */
export async function showAlerts(deps: FlowDeps): Promise<void> {
  for (const id of await deps.store.unpresentedAlerts(AT_ONCE)) {
    const row = await deps.store.getAlert(id);
    if (!row) continue;
    try {
      const places = placesOf(deps, row.kind);
      await showCard(deps, { key: alertKey(id), places, card: alertCard(viewOf(deps, row)) });
      if (row.presentedVersion === 0) await tellOwner(deps, row, places);
      await deps.store.markAlertPresented(id, row.version);
    } catch (error) {
      deps.log.warn({ alert: id, reason: errorText(error) }, 'alert could not be shown');
    }
  }
}

function placesOf({ settings }: FlowDeps, kind: AlertRow['kind']): Place[] {
  const { alerts, sales } = settings.channels;
  const targets = kind === 'expansion' ? (sales ?? []) : (alerts ?? DEFAULT_TARGETS);
  return targets.map(parseTarget);
}

function viewOf({ clock, settings }: FlowDeps, row: AlertRow & { owner: string | null }): AlertView {
  const owner = agentByEmail(settings.agents, row.owner);
  return {
    ...row,
    ...row.body,
    owner: owner?.name ?? row.owner,
    now: clock.now(),
    timeZone: settings.workspace.timeZone,
  };
}

/** A word to whoever looks after the account, where the card stands. Best effort: the card is what counts. */
async function tellOwner(
  { settings, platforms, log }: FlowDeps,
  row: AlertRow & { owner: string | null },
  places: Place[],
): Promise<void> {
  const owner = agentByEmail(settings.agents, row.owner);
  const place = places.find(({ platform }) => platforms.has(platform));
  if (!owner || !place) return;
  const text = `${cleanLine(row.title, 150)} (${alertKey(row.id)}): ${row.body.reasons[0] ?? ''}`;
  await platforms
    .get(place.platform)
    ?.notify(agentRef(owner, place.platform), text, place)
    .catch((error: unknown) => log.warn({ alert: row.id, reason: errorText(error) }, 'owner was not told'));
}

/** What somebody did on an alert's card. */
export async function actOnAlert(deps: FlowDeps, action: SubjectAction): Promise<ActionReply> {
  const { id, version, intent, actor } = action;
  const row = await deps.store.getAlert(id);
  if (!row) return notice(`There is no alert ${alertKey(id)}.`, false);
  if (row.status !== 'open')
    return notice(`${row.decidedBy ?? 'Somebody'} dealt with this already. Nothing was changed.`, false);
  if (row.version !== version) return changedMeanwhile();
  const decided = { decidedBy: actor.name, decidedAt: deps.clock.now() };
  if (intent.type === 'act' && (intent.act === 'on_it' || intent.act === 'false_alarm'))
    return change(deps, row, { ...decided, status: intent.act });
  const { article } = row.body;
  if (!article) return wrongButton();
  if (intent.type === 'open_form' && intent.form === 'edit_article')
    return { kind: 'form', form: articleForm(viewOf(deps, row)) };
  if (intent.type === 'submit' && intent.form === 'edit_article') {
    const title = cleanLine(intent.values.title ?? '', 150);
    const body = cleanText(intent.values.body ?? '').trim();
    if (!title || !body) return notice('An article needs a title and a text.', false);
    return change(deps, row, { body: { ...row.body, article: { ...article, title, body } } });
  }
  if (intent.type === 'act' && intent.act === 'publish') {
    await publishArticle(deps, row.id, article);
    return change(deps, row, { ...decided, status: 'published' });
  }
  return wrongButton();
}

/** Changes an alert that is as the agent saw it, and answers with its new card. */
async function change(
  deps: FlowDeps,
  row: AlertRow,
  patch: Parameters<FlowDeps['store']['updateAlert']>[2],
): Promise<ActionReply> {
  if (!(await deps.store.updateAlert(row.id, row.version, patch))) return changedMeanwhile();
  await showAlerts(deps);
  const changed = await deps.store.getAlert(row.id);
  return changed ? { kind: 'card', card: alertCard(viewOf(deps, changed)) } : { kind: 'none' };
}
