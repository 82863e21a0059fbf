// Everything that reads or draws words of customers, agents and articles, each as a function of one text.
import { renderRefused, renderText, renderCard as toDiscord } from '../../adapters/chat/discord/render.ts';
import { splitText as splitForDiscord } from '../../adapters/chat/discord/split.ts';
import { splitText as splitForSlack } from '../../adapters/chat/slack/parts.ts';
import { renderCard as toSlack } from '../../adapters/chat/slack/render.ts';
import { fromSlack } from '../../adapters/chat/slack/text.ts';
import { activitySchema } from '../../adapters/chat/teams/activity.ts';
import { commandOf, takenMessageOf, wordsOf } from '../../adapters/chat/teams/parse.ts';
import { renderCard as toTeams } from '../../adapters/chat/teams/render.ts';
import { jsonErrorPosition } from '../../adapters/intake/api/json-position.ts';
import { parseApiMessage } from '../../adapters/intake/api/parse.ts';
import { htmlToText } from '../../adapters/intake/email/html.ts';
import { stripQuotes } from '../../adapters/intake/email/quotes.ts';
import { issueDocument } from '../../adapters/tracker/jira/adf.ts';
import { createTicketForm } from '../../src/cards/forms.ts';
import { noteCard } from '../../src/cards/notes.ts';
import { ticketCard } from '../../src/cards/ticket.ts';
import { line } from '../../src/cards/words.ts';
import { yamlSchema } from '../../src/config/schema.ts';
import { parseArticle, parseMacro } from '../../src/engine/article.ts';
import { guardDraft, readPrompts, repeatsPrompt } from '../../src/engine/guard.ts';
import { parseHtml } from '../../src/engine/html-article.ts';
import { extractJson } from '../../src/engine/llm/ask.ts';
import { newFacts } from '../../src/engine/llm/checker.ts';
import { conversationData } from '../../src/engine/llm/conversation.ts';
import { hidePersonal } from '../../src/engine/llm/privacy.ts';
import { courteous } from '../../src/engine/llm/reply.ts';
import { passagesOf, plainMarkdown, spokenOf, takeApart } from '../../src/engine/local/articles.ts';
import {
  countAttempts,
  saysBlocked,
  speaksOfGrowing,
  speaksOfLeaving,
} from '../../src/engine/local/circumstances.ts';
import { embeddable } from '../../src/engine/local/embedder.ts';
import { knownTokens, reusableReply } from '../../src/engine/local/exemplars.ts';
import { asksForPerson, findBugFacts, findReferences } from '../../src/engine/local/extract.ts';
import { countFeatures } from '../../src/engine/local/features.ts';
import { partsOf, signaturesOf, weighTerms } from '../../src/engine/local/fingerprint.ts';
import { planAnswer } from '../../src/engine/local/fitting.ts';
import { articleMaterial } from '../../src/engine/local/gap-article.ts';
import { holdingReply } from '../../src/engine/local/holding.ts';
import { detectLanguage } from '../../src/engine/local/language.ts';
import { emptyModel } from '../../src/engine/local/linear.ts';
import { linesOf } from '../../src/engine/local/macro-index.ts';
import { answerOf, takeMacroApart } from '../../src/engine/local/macros.ts';
import { nameCluster } from '../../src/engine/local/naming.ts';
import { isOptOut } from '../../src/engine/local/opt-out.ts';
import { firstName, signedIn } from '../../src/engine/local/phrases.ts';
import { shorten, splitQuestions, summarise } from '../../src/engine/local/questions.ts';
import { contentWords } from '../../src/engine/local/retrieval.ts';
import { rewrite, writtenOut } from '../../src/engine/local/rewriting.ts';
import { glanceAt, scoreSignals } from '../../src/engine/local/signals.ts';
import { cleanText, ownWords, sentences, wordCount } from '../../src/engine/local/text.ts';
import { isThanks } from '../../src/engine/local/thanks.ts';
import { findDeadline } from '../../src/engine/local/time-limits.ts';
import { readTicket } from '../../src/engine/local/understanding.ts';
import { orderScore, withoutOrders } from '../../src/engine/orders.ts';
import { readPromises } from '../../src/engine/promises.ts';
import { applyTone } from '../../src/engine/tone.ts';
import { parseRobots, parseSitemap } from '../../src/flows/robots.ts';
import { ADDRESSED } from '../../src/flows/thread.ts';
import { editShare, saysOtherwise } from '../../src/insights/edit-share.ts';
import { issueParts, searchWords } from '../../src/insights/issue-report.ts';
import { createReminder } from '../../src/insights/reminder.ts';
import { issueMarkdown } from '../../src/model/issue-markdown.ts';
import { joinTexts, splitTexts } from '../../src/model/proposal-forms.ts';
import { publicWords } from '../../src/model/public-words.ts';
import { cleanLine, stepWords } from '../../src/model/text.ts';
import { article, customer, draftInput, ticket } from '../engine/samples.ts';
import { aDraft, aMessage, anAnalysis, aTicket, aView, NOW } from './ticket-views.ts';

const { replies } = yamlSchema.parse({});
const prompts = readPrompts(['You answer from sources alone: passages of the team’s help articles.']);
const findPromise = readPromises(replies.promises);
const { evidence: _evidence, model: _model, ...proposal } = aDraft();
const known = new Set<string>();
const noSignals = {
  features: { rowOf: new Int32Array(2 ** 17).fill(-1), idf: new Float32Array(0), unseenIdf: 1 },
  learned: [],
  dense: emptyModel(8, 0),
  sparse: emptyModel(0, 0),
};
const speaker = { customer: 'Maria Lind', account: 'Northgate Lifts Ltd' };
const when = { now: NOW, timeZone: 'Europe/Paris' };
const report = (text: string) => ({
  ticketId: 1,
  customerId: 1,
  ...speaker,
  mrr: 10,
  plan: 'Team',
  channel: 'email',
  subject: text,
  text,
  at: NOW,
  bug: findBugFacts(text),
});
const activity = (text: string, value?: unknown) =>
  activitySchema.parse({
    type: 'message',
    id: '1',
    text,
    value,
    from: { id: 'u' },
    recipient: { id: 'b' },
    conversation: { id: 'c' },
    serviceUrl: 'https://a.example',
    channelId: 'msteams',
  });
/** A card on which everything that people wrote is this text. */
const cardOf = (text: string) =>
  ticketCard(
    aView({
      ticket: aTicket({
        subject: text,
        analysis: anAnalysis({ summary: text, notes: [text], questions: [text] }),
      }),
      messages: [aMessage({ text, author: text })],
      draft: aDraft({ text, reasons: [{ effect: 'up', text }] }),
    }),
  );
const macro = (text: string) => takeMacroApart(article({ body: text, macro: { team: null, sources: [] } }));

export const READERS: Record<string, (text: string) => unknown> = {
  // what is stored and shown
  cleanLine: (text) => cleanLine(text, 200),
  stepWords,
  line,
  publicWords: (text) => publicWords(text, speaker),
  'publicWords of a name': (text) => publicWords('Hello', { customer: text, account: text }),
  issueMarkdown: (text) =>
    issueMarkdown(
      [
        { type: 'text', text },
        { type: 'quote', text },
        { type: 'code', text },
        { type: 'heading', text },
      ],
      'C-7',
      30_000,
    ),
  issueDocument: (text) => issueDocument([{ type: 'quote', text }], 'C-7', 30_000),
  issueParts: (text) => issueParts(text, [report(text)], 'C-7'),
  searchWords: (text) => searchWords(text, [report('a')]),
  reminder: (text) => createReminder([{ text }, { text: 'a' }], 120)([{ subject: text, text }]),
  editShare: (text) => editShare(text, `${text} a`),
  saysOtherwise: (text) => saysOtherwise(text, `${text} not`),
  'texts of a proposal': (text) =>
    splitTexts(joinTexts([{ language: 'en', name: 'English', text }]), ['en', 'de']),
  // what is understood
  cleanText,
  ownWords,
  sentences,
  wordCount,
  readTicket: (text) => readTicket(ticket(text)),
  findBugFacts,
  findReferences,
  asksForPerson,
  findDeadline,
  countAttempts,
  saysBlocked,
  speaksOfLeaving,
  speaksOfGrowing,
  splitQuestions,
  summarise: (text) => summarise(text, text),
  shorten: (text) => shorten(text, 140),
  detectLanguage,
  isThanks,
  isOptOut,
  glanceAt,
  scoreSignals: (text) => scoreSignals(noSignals, text, new Float32Array(8)),
  countFeatures,
  contentWords,
  embeddable,
  weighTerms: (text) => weighTerms(text, text),
  partsOf,
  signaturesOf,
  nameCluster: (text) => nameCluster([text], [{ terms: weighTerms(null, text), signatures: [] }]),
  orderScore,
  // what is written
  plainMarkdown,
  spokenOf,
  article: (text) => passagesOf(takeApart(article({ body: text }))),
  macro: (text) => [linesOf(macro(text)), answerOf(macro(text), customer())],
  parseArticle: (text) => parseArticle('a', text),
  parseMacro: (text) => parseMacro('a', `---\ntitle: a\n---\n${text}`),
  'parseArticle, front matter': (text) =>
    parseArticle('a', `---\ntitle: ${text.replace(/\s+/g, ' ')}\n---\nb`),
  parseHtml: (text) => {
    try {
      return parseHtml(text, 'https://a.example');
    } catch (error) {
      return error;
    }
  },
  withoutOrders,
  reusableReply: (text) => reusableReply(text, known),
  'reusableReply with all words known': (text) => reusableReply(text, knownTokens([text])),
  articleMaterial: (text) => articleMaterial([{ text, category: 'a', language: 'en', ...speaker }]),
  planAnswer: (text) => planAnswer(text, text, article({ plans: ['Team'] }), customer()),
  holdingReply: (text) => holdingReply(anAnalysis({ kind: 'bug', summary: text }), text),
  rewrite: (text) => rewrite(text, ['shorter', 'more formal'], 'Best,\nAna'),
  'rewrite as it is told': (text) => {
    try {
      return rewrite('Hello', [text], 'Ana');
    } catch (error) {
      return error;
    }
  },
  writtenOut,
  firstName,
  signedIn: (text) => signedIn('de', text),
  applyTone: (text) =>
    applyTone(text, {
      tone: { ...replies.tone, emoji: false, formality: 'formal' },
      language: 'en',
      customerName: text,
      signature: 'Ana',
    }),
  findPromise,
  repeatsPrompt: (text) => repeatsPrompt(prompts, text, text),
  guardDraft: (text) =>
    guardDraft(
      { ...proposal, text },
      { findPromise, hosts: ['a.example'], prompts },
      {
        cited: text,
        isKnownLink: () => false,
        own: '',
        ours: '',
        instructed: false,
        greeting: 'Hi,',
        signature: 'Ana',
      },
    ),
  hidePersonal: (text) => hidePersonal([text]).restore(text),
  conversationData: (text) => conversationData(draftInput(text)),
  newFacts: (text) => newFacts(text, text),
  courteous: (text) => courteous(text, 'en'),
  extractJson,
  // what comes in and goes out
  parseRobots: (text) => parseRobots(text, 'deskhand').allows('/a'),
  parseSitemap,
  'words to the bot': (text) => text.replace(ADDRESSED, ''),
  parseApiMessage: (text) =>
    parseApiMessage(
      Buffer.from(
        JSON.stringify({ channel: 'chat', externalId: text, subject: text, customer: { name: text }, text }),
      ),
      ['chat'],
    ),
  jsonErrorPosition,
  'jsonErrorPosition in a string': (text) => jsonErrorPosition(`{"a": "${text}`),
  htmlToText,
  'htmlToText, attributes': (text) =>
    htmlToText(`<p style="${text}">a</p><a href="${text}" class="${text}">b</a>`),
  stripQuotes,
  fromSlack: (text) => fromSlack(text, 'U1'),
  wordsOf: (text) => wordsOf(activity(text)),
  takenMessageOf: (text) =>
    takenMessageOf(
      activity('', { messagePayload: { id: '1', body: { contentType: 'html', content: text } } }),
    ),
  commandOf,
  createTicketForm: (text) => createTicketForm({ id: '1', text, author: { name: text } }, false),
  splitForSlack: (text) => splitForSlack(text, 3_000),
  splitForDiscord: (text) => splitForDiscord(text, 5, 4_000),
  'card on Slack': (text) => toSlack(cardOf(text)),
  'card on Discord': (text) => toDiscord(cardOf(text)),
  'card on Teams': (text) => toTeams(cardOf(text)),
  'note on Discord': (text) => toDiscord(noteCard({ by: text, text, at: NOW }, when)),
  'refused words on Discord': (text) => [renderText(text, 'good'), renderRefused(text, text).inWords?.()],
};
