// Knowledge gaps: what customers ask or cannot find, and no article answers, becomes a drafted article for approval.
import { articleMaterial, composeArticle } from '../engine/local/gap-article.ts';
import type { AlertBody } from '../model/alert.ts';
import { daysBefore } from '../model/duration.ts';
import { publicWords } from '../model/public-words.ts';
import { showAlerts } from './alerts.ts';
import { BOT, type FlowDeps } from './deps.ts';

/** Questions this far back count. */
const DAYS = 60;
/** Gaps told of in one run; the next goes on. */
const AT_ONCE = 10;
/** Newest replies of agents that an article is made of, and questions that its alert quotes. */
const REPLIES = 20;
const QUOTES = 3;

type Gap = Awaited<ReturnType<FlowDeps['store']['knowledgeGaps']>>[number];

/** One alert a cluster, ever. Safe to run at any time. */
export async function findGaps(deps: FlowDeps): Promise<void> {
  await deps.withKey('gaps', async () => {
    const { store, clock, settings } = deps;
    const now = clock.now();
    for (const gap of await store.knowledgeGaps(daysBefore(now, DAYS), settings.alerts.gap, AT_ONCE))
      await store.insertAlert({
        kind: 'gap',
        accountId: null,
        reason: `gap:${gap.clusterId}`,
        strength: gap.unanswered / gap.tickets,
        title: gap.title,
        body: await bodyOf(deps, gap),
        createdAt: now,
      });
    await showAlerts(deps);
  });
}

async function bodyOf({ store, writer }: FlowDeps, gap: Gap): Promise<AlertBody> {
  const [replies, questions] = await Promise.all([
    store.agentReplies(gap.clusterId, BOT, REPLIES),
    store.reportsOf(gap.clusterId, QUOTES),
  ]);
  const said = questions.map((report) => publicWords(report.text, report));
  const material = articleMaterial(replies);
  const typical = composeArticle(gap.title, material);
  const written =
    typical &&
    (await writer?.article({
      language: typical.language,
      questions: said,
      replies: material.map(({ text }) => text),
    }));
  const { customers, tickets, unanswered, kind } = gap;
  return {
    reasons: [
      `${customers} customers ${kind === 'friction' ? 'could not find or use this' : 'asked this'}; for ${unanswered} of ${tickets} messages no draft held.`,
      written
        ? 'A language model wrote the article from what your agents answered; please read it before it is published.'
        : typical
          ? 'The article is what your agents answered most typically; please read it before it is published.'
          : 'Nobody has answered it at length yet, so there is nothing to draft an article from.',
    ],
    facts: [],
    quotes: said.map((text) => ({ text, label: 'A customer' })),
    article: written ? { ...typical, ...written } : typical,
  };
}
