// What people do on the card of a cluster: issues, not a bug, mute, and corrections that are remembered.
import { clusterCard, linkForm, mergeForm, renameForm, splitForm } from '../cards/cluster.ts';
import type { ClusterRow } from '../infra/db/queries/clusters.ts';
import type { ActId } from '../model/card.ts';
import { clusterKey, parseClusterKey } from '../model/cluster.ts';
import { daysAfter } from '../model/duration.ts';
import type { ActionReply } from '../model/platform.ts';
import { publicWords } from '../model/public-words.ts';
import { cleanLine } from '../model/text.ts';
import { notice, wrongButton, wrongForm } from './answers.ts';
import { upToDate, withClusters } from './cluster-book.ts';
import { memberKey, takeOut } from './cluster-correct.ts';
import { merge } from './cluster-merge.ts';
import { clusterView } from './cluster-view.ts';
import type { FlowDeps } from './deps.ts';
import { showCluster } from './show-clusters.ts';
import type { SubjectAction } from './subjects.ts';
import { createIssue, linkIssue } from './tracker.ts';

/** Choices of a form: platforms take 25. */
const CHOICES = 25;

/** Carries out one act on a cluster. A card of a cluster that was merged acts on the one that stands for it. */
export async function clusterAct(deps: FlowDeps, action: SubjectAction): Promise<ActionReply> {
  const id = await deps.store.currentCluster(action.id);
  const cluster = await deps.store.getCluster(id);
  if (!cluster) return notice(`There is no cluster ${clusterKey(action.id)}.`, false);
  const { intent, actor } = action;
  if (intent.type === 'open_form') return openForm(deps, cluster, intent.form);
  if (intent.type === 'act') {
    if (intent.act === 'create_issue') return shown(deps, id, await createIssue(deps, id, actor));
    const change = judgement(deps, cluster, intent.act, actor.name);
    if (change === undefined) return wrongButton();
    if (change === null) return notice('That was said already. Nothing was changed.', false);
    await deps.store.updateCluster(id, change);
    return card(deps, id);
  }
  if (intent.type === 'submit') {
    const { values } = intent;
    switch (intent.form) {
      case 'link_issue':
        return shown(deps, id, await linkIssue(deps, id, values.url ?? '', actor));
      case 'rename':
        return renameTo(deps, id, values.title ?? '', actor.name);
      case 'merge':
        return mergeInto(deps, cluster, values.into ?? '', actor.name);
      case 'split':
        return split(deps, id, values.reports ?? '', actor.name);
      default:
        return wrongForm();
    }
  }
  return wrongButton();
}

/** The card of any cluster by its id, whether engineers were told of it or not; of one that was merged, the one that stands for it. */
export async function clusterCommand(deps: FlowDeps, key: string): Promise<ActionReply> {
  const id = parseClusterKey(key);
  const view = id === null ? null : await clusterView(deps, await deps.store.currentCluster(id));
  return view
    ? { kind: 'card', card: clusterCard(view) }
    : notice(
        `There is no cluster "${cleanLine(key, 40)}"; "/deskhand signals" lists some, such as C-7.`,
        false,
      );
}

/** The card as it is now, here and wherever else it stands. */
async function card(deps: FlowDeps, id: number): Promise<ActionReply> {
  await showCluster(deps, id);
  const view = await clusterView(deps, id);
  return view ? { kind: 'card', card: clusterCard(view) } : { kind: 'none' };
}

async function shown(deps: FlowDeps, id: number, reply: ActionReply): Promise<ActionReply> {
  await showCluster(deps, id);
  return reply;
}

async function openForm(deps: FlowDeps, cluster: ClusterRow, form: string): Promise<ActionReply> {
  switch (form) {
    case 'link_issue':
      return { kind: 'form', form: linkForm(cluster) };
    case 'rename':
      return { kind: 'form', form: renameForm(cluster) };
    case 'merge': {
      const others = await likeliest(deps, cluster);
      return others.length > 0
        ? { kind: 'form', form: mergeForm(cluster, others) }
        : notice('There is no other cluster yet.', false);
    }
    case 'split': {
      const reports = await deps.store.membersOf(cluster.id, CHOICES, 'latest');
      return reports.length > 1
        ? {
            kind: 'form',
            form: splitForm(
              cluster,
              reports.map((one) => ({ key: memberKey(one), text: publicWords(one.text, one) })),
            ),
          }
        : notice('There is only one report.', false);
    }
    default:
      return wrongForm();
  }
}

/** The clusters most like this one. */
async function likeliest(deps: FlowDeps, { id, profile }: ClusterRow) {
  if (!profile) return [];
  const index = await withClusters(deps, async (current) => current);
  const rows = await Promise.all(
    index
      .nearest(profile, CHOICES + 1)
      .filter((match) => match.id !== id)
      .map((match) => deps.store.getCluster(match.id)),
  );
  return rows.flatMap((row) =>
    row && row.mergedInto === null ? [{ id: row.id, title: row.title, reports: row.size }] : [],
  );
}

/**
 * What somebody's word changes; null where it is so already, undefined where it is no word about a cluster. One that is
 * no bug goes on collecting what is like it, so that it does not come up anew.
 */
function judgement(
  { clock, settings }: FlowDeps,
  { status, confirmedAt, mutedUntil }: ClusterRow,
  act: ActId,
  by: string,
): Partial<Pick<ClusterRow, 'status' | 'dismissedBy' | 'mutedUntil'>> | null | undefined {
  const now = clock.now();
  const dismissed = status === 'dismissed';
  const muted = mutedUntil !== null && mutedUntil > now;
  switch (act) {
    case 'not_bug':
      return dismissed ? null : { status: 'dismissed', dismissedBy: by };
    case 'is_bug':
      return dismissed ? { status: confirmedAt ? 'confirmed' : 'open', dismissedBy: null } : null;
    case 'mute':
      return muted ? null : { mutedUntil: daysAfter(now, settings.clusters.muteDays) };
    case 'unmute':
      return muted ? { mutedUntil: null } : null;
    default:
      return undefined;
  }
}

async function renameTo(deps: FlowDeps, id: number, words: string, by: string): Promise<ActionReply> {
  const title = cleanLine(words, 150);
  if (!title) return notice('The name is empty: give it a few words.', false);
  await deps.store.updateCluster(id, { title, titleBy: by });
  return card(deps, id);
}

async function mergeInto(deps: FlowDeps, from: ClusterRow, key: string, by: string): Promise<ActionReply> {
  const named = parseClusterKey(key);
  const into = named === null ? null : await deps.store.currentCluster(named);
  if (into === null || into === from.id || !(await deps.store.getCluster(into)))
    return notice(`"${cleanLine(key, 40)}" is no other cluster: choose one of the list, such as C-7.`, false);
  const done = await withClusters(deps, async () => {
    const merged = await deps.store.transaction(async (tx) => {
      await tx.allowTogether(from.id, into);
      return merge(tx, from.id, into, by);
    });
    await upToDate(deps);
    return merged;
  });
  if (!done) return notice('One of the two has just been merged by somebody else.', false);
  await showCluster(deps, from.id);
  await showCluster(deps, into);
  return notice(`${clusterKey(from.id)} is part of ${clusterKey(into)} now.`, true);
}

async function split(deps: FlowDeps, id: number, keys: string, by: string): Promise<ActionReply> {
  const chosen = new Set(keys.split(',').map((key) => key.trim()));
  const opened = await withClusters(deps, async () => {
    const created = await deps.store.transaction((tx) =>
      takeOut(tx, id, chosen, { by, at: deps.clock.now() }),
    );
    await upToDate(deps);
    return created;
  });
  if (opened === null) return notice('Choose at least one report, but not all of them.', false);
  await showCluster(deps, id);
  return notice(`They are ${clusterKey(opened)} now.`, true);
}
