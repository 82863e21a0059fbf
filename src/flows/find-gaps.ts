// Knowledge gaps: what customers ask or cannot find, and no article answers, becomes a drafted article for approval.
import { isDeepStrictEqual } from 'node:util';
import { articleMaterial, composeArticle } from '../engine/local/gap-article.ts';
import type { KnowledgeGap } from '../infra/db/queries/gaps.ts';
import type { AlertBody, AlertStatus } from '../model/alert.ts';
import { daysBefore } from '../model/duration.ts';
import { publicWords } from '../model/public-words.ts';
import { showAlerts } from './alerts.ts';
import { BOT, type FlowDeps } from './deps.ts';

/** Questions this far back count. */
const DAYS = 60;
/** Gaps looked at, and told of anew, in one run; the next goes on. */
const AT_ONCE = 50;
const NEW_AT_ONCE = 10;
/** Newest replies of agents that an article is made of, and questions that its alert quotes. */
const REPLIES = 20;
const QUOTES = 3;

/** What a gap is told of again after; the count begins there. */
const SINCE: Partial<Record<AlertStatus, string>> = {
  published: 'Since the article about it was published, ',
  on_it: 'Since somebody looked after it, ',
  false_alarm: 'Since somebody said that it needs no article, ',
};

/**
 * Tells of new gaps, and again of those that go on after what people decided. An open alert is kept up to date: it
 * gets its article once agents have answered. One without an article that somebody is on comes back when there is one.
 * Safe to run at any time.
 */
export async function findGaps(deps: FlowDeps): Promise<void> {
  await deps.withKey('gaps', async () => {
    const { store, clock, settings } = deps;
    const gaps = await store.knowledgeGaps(daysBefore(clock.now(), DAYS), settings.alerts.gap, AT_ONCE);
    const isNew = ({ alertId }: KnowledgeGap) => alertId === null;
    for (const gap of [...gaps.filter(isNew).slice(0, NEW_AT_ONCE), ...gaps.filter((gap) => !isNew(gap))])
      await tell(deps, gap);
    await showAlerts(deps);
  });
}

async function tell(deps: FlowDeps, gap: KnowledgeGap): Promise<void> {
  const { store, clock } = deps;
  const open = gap.alertId === null ? null : await store.getAlert(gap.alertId);
  const body = await bodyOf(deps, gap, open?.body ?? null);
  const strength = gap.unanswered / gap.tickets;
  if (open) {
    if (!isDeepStrictEqual(body, open.body))
      await store.updateAlert(open.id, open.version, { body, strength });
  } else if (body.article || !gap.waits)
    await store.insertAlert({
      kind: 'gap',
      accountId: null,
      reason: `gap:${gap.clusterId}`,
      strength,
      title: gap.title,
      body,
      createdAt: clock.now(),
    });
}

/** An article that is proposed already stays as it is: somebody may have edited it. */
async function bodyOf(deps: FlowDeps, gap: KnowledgeGap, known: AlertBody | null): Promise<AlertBody> {
  const said = (await deps.store.reportsOf(gap.clusterId, QUOTES)).map((report) =>
    publicWords(report.text, report),
  );
  const { customers, tickets, unanswered, kind, decided } = gap;
  const does = kind === 'friction' ? 'could not find or use this' : 'asked this';
  const since = (decided && SINCE[decided]) ?? '';
  const { article, how } = known?.article
    ? { article: known.article, how: known.reasons.at(-1) ?? '' }
    : await articleOf(deps, gap, said);
  return {
    reasons: [
      `${since}${customers} customers ${does}; for ${unanswered} of ${tickets} messages no draft held.`,
      how,
    ],
    facts: [],
    quotes: said.map((text) => ({ text, label: 'A customer' })),
    article,
  };
}

/** The article that agents' replies make, and in words how it came about. */
async function articleOf(
  { store, writer }: FlowDeps,
  { clusterId, title }: KnowledgeGap,
  questions: string[],
): Promise<Pick<AlertBody, 'article'> & { how: string }> {
  const material = articleMaterial(await store.agentReplies(clusterId, BOT, REPLIES));
  const article = composeArticle(title, material);
  if (!article)
    return {
      article,
      how: 'Nobody has answered it at length yet, so there is nothing to draft an article from; the article follows once somebody has.',
    };
  const replies = material.map(({ text }) => text);
  const written = await writer?.article({ language: article.language, questions, replies });
  return written
    ? {
        article: { ...article, ...written },
        how: 'A language model wrote the article from what your agents answered; please read it before it is published.',
      }
    : {
        article,
        how: 'The article is what your agents answered most typically; please read it before it is published.',
      };
}
