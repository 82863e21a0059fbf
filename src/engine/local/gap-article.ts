// Drafts the article that customers miss from what agents have answered: their most typical reply, without the letter around it.
import type { ArticleDraft } from '../../model/alert.ts';
import { publicWords, type Speaker } from '../../model/public-words.ts';
import { byFrequency, tally } from '../../model/tally.ts';
import { cleanText } from '../../model/text.ts';
import { contentWords } from './retrieval.ts';

/** A line that opens or closes a letter is no longer than this. */
const LETTER_LINE = 45;
const SHORTEST = 60;
const LONGEST = 3_500;
const OPENING =
  /^(?:hi|hello|hey|dear|good (?:morning|day)|hallo|guten (?:tag|morgen)|liebe|sehr geehrte|bonjour|salut|cher|hola|buenos|estimad)/i;
const CLOSING =
  /^(?:best|kind|warm|many thanks|thanks|thank you|regards|cheers|sincerely|yours|viele gr|beste gr|mit freundlichen|liebe gr|cordialement|bien (?:à|a) vous|bonne journée|un saludo|saludos|atentamente)/i;

/** What an agent answered to whom. */
export interface AgentReply extends Speaker {
  text: string;
  language: string;
  category: string | null;
}

/** What an article can be made from: replies of some length in the language of most, without letter and personal data. */
export function articleMaterial(replies: AgentReply[]): AgentReply[] {
  const language = byFrequency(tally(replies.map((reply) => reply.language)))[0]?.[0];
  return replies
    .filter((reply) => reply.language === language)
    .map((reply) => ({ ...reply, text: bodyOf(reply) }))
    .filter(({ text }) => text.length >= SHORTEST);
}

/** The most typical of such replies as an article; null when there is none. */
export function composeArticle(title: string, material: AgentReply[]): ArticleDraft | null {
  const typical = mostTypical(material);
  if (!typical) return null;
  const { text, category, language } = typical;
  return { title, body: text.slice(0, LONGEST), category, language };
}

/** The reply without greeting and sign-off, and without data of a person. */
function bodyOf({ text, ...to }: AgentReply): string {
  const lines = cleanText(text).trim().split('\n');
  const opens = (line = '') => line.length <= LETTER_LINE && OPENING.test(line.trim());
  while (lines.length > 0 && (!lines[0]?.trim() || opens(lines[0]))) lines.shift();
  const end = lines.findIndex((line, i) => i > 0 && line.length <= LETTER_LINE && CLOSING.test(line.trim()));
  const kept = end > 0 ? lines.slice(0, end) : lines;
  return publicWords(kept.join('\n'), to);
}

/** The one whose words most others share, by the mean of Jaccard's index; the longer of two alike. */
function mostTypical(replies: AgentReply[]): AgentReply | null {
  const words = replies.map(({ text }) => new Set(contentWords(text)));
  const scores = words.map((own, i) =>
    words.reduce((sum, other, j) => (i === j ? sum : sum + jaccard(own, other)), 0),
  );
  const order = replies.map((reply, i) => ({ reply, score: scores[i] ?? 0 }));
  order.sort((a, b) => b.score - a.score || b.reply.text.length - a.reply.text.length);
  return order[0]?.reply ?? null;
}

function jaccard(a: Set<string>, b: Set<string>): number {
  const shared = a.intersection(b).size;
  const all = a.size + b.size - shared;
  return all === 0 ? 0 : shared / all;
}
