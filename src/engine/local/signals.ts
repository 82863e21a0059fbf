// Yes-or-no judgements that hold for any topic (bug, urgent, frustrated, spam …): learned heads plus a small lexicon.
import { logistic } from '../../model/probability.ts';
import { SIGNALS, type Signal } from '../../model/signal.ts';
import type { Taxonomy } from '../../model/taxonomy.ts';
import { countAttempts, saysBlocked, speaksOfGrowing, speaksOfLeaving } from './circumstances.ts';
import {
  countFeatures,
  type FeatureSpace,
  learnFeatures,
  type SparseRow,
  weighFeatures,
} from './features.ts';
import { denseRow, type LinearModel, logitsInto, sideBySide, trainLogistic } from './linear.ts';
import { plain } from './text.ts';

export type SignalScores = Record<Signal, number>;

/** One text with what it is an example of; texts of "none" have no signals. */
export interface SignalExample {
  text: string;
  vector: Float32Array;
  signals: string[];
}

/** Logistic regressions on embedding and n-grams, a column for each of `learned`; their logits are averaged. */
export interface SignalModel {
  features: FeatureSpace;
  learned: Signal[];
  dense: LinearModel;
  sparse: LinearModel;
  /** What situation a customer is in: heads of their own, so that their examples change no other. */
  situations?: SignalModel;
}

/**
 * Words that speak for or against a signal before anything was learned; weights are log-odds, set by hand.
 * They matter on the first day and with few examples; none decides alone.
 */
const LEXICON: Partial<Record<Signal, [RegExp, number][]>> = {
  urgent: [
    [/\b(?:urgent(?:ly)?|asap|a\.s\.a\.p|emergency|immediately|right (?:now|away)|at once|critical|p1|sev ?1)\b/i, 2],
    [/\b(?:today|tonight|this (?:morning|afternoon)|within (?:the|an|\d+) hours?|in \d+ minutes|deadline|by (?:noon|tomorrow|eod))\b/i, 0.9],
    [/\b(?:whole|entire|all (?:our|my|of)|everyone|nobody|no one)\b.{0,40}\b(?:down|blocked|stuck|can'?t|cannot|waiting|locked)\b/i, 1.6],
    [/\b(?:production|system|everything|site|app)\b.{0,15}\b(?:is|are)\b.{0,6}\b(?:down|offline|dead)\b|losing (?:money|bookings|customers|clients)|payroll|standing (?:around|still)/i, 1.5],
    [/\bemergency (?:contact|number|call|job|plumb\w*)|\bmarked (?:as )?urgent\b|\burgent (?:jobs?|flag|label|tag|filter|visits?)\b/i, -1.8],
    [/\b(?:no rush|no hurry|not urgent|whenever you|when you (?:have|get) (?:a|the) (?:minute|moment|chance|time)|isn'?t pressing|not a big deal|can wait|low priority|just (?:wondering|curious))\b/i, -2.5],
  ],
  frustrated: [
    [/\b(?:ridiculous|unacceptable|disgrace\w*|terrible|awful|horrible|useless|pathetic|joke|outrageous|appalling|worst|sick of|fed up|furious|angry|annoy\w*|frustrat\w*|disappoint\w*|unbelievable|disgust\w*|incompeten\w*|nightmare|wasted?|rubbish|garbage|crap|wtf|damn|hell)\b/i, 1.6],
    [/!{2,}|\?!|\b\b[A-Z]{4,}\s+[A-Z]{4,}\b/, 0.9],
    [/\b(?:again|still (?:not|no|broken|waiting)|(?:third|fourth|fifth|3rd|4th|5th) time|how many times|every (?:single )?time|yet again|once more|for weeks|for days|nobody (?:answers|replies|cares)|no (?:answer|reply|response)|ignored)\b/i, 0.9],
    [/\b(?:switch(?:ing)? to|leav(?:e|ing)|cancel everything|competitor|lawyer|legal action|chargeback|bad review|trustpilot|last straw|patience|speak to (?:a|your) manager|get me (?:a|some)|i'?m done (?:with|\w+ing)|enough is enough|not (?:good enough|acceptable)|(?:two|three|four|five|six) (?:e-?mails|mails|messages|calls|tickets))\b/i, 1],
    [/\b(?:great|wonderful|fantastic|brilliant|amazing|awesome|lovely|nice|congratulations|bravo|well done)\b[^.!?\n]{0,25}\b(?:another (?:update|outage|bug|error|crash|problem|day|week)|breaks?|broken|wrong|fails?|failed|crash\w*|useless)\b|\bthanks for (?:nothing|breaking|ruining|wasting)\b/i, 2.4],
    [/\b(?:thanks|thank you|please|kind regards|appreciate|lovely|great product|no rush|hope you)\b/i, -0.6],
  ],
  bug: [
    [/\b(?:error|exception|crash\w*|bug|broken|fails?|failed|failing|stack ?trace|timed? ?out|freez\w+|frozen|white screen|blank (?:page|screen)|doesn'?t (?:work|load|open|save)|not (?:working|loading|saving|syncing)|stopped (?:working|syncing)|wrong (?:total|amount|date|time)s?|duplicat\w+|disappear\w*|glitch|hangs?|stuck at|since the update|used to work|worked (?:yesterday|on|last)|(?:have|has|had) (?:packed (?:up|in)|died)|conk(?:s|ed|ing)? out|(?:playing|acting) up|on the blink|kaput)\b/i, 1.3],
    [/\b(?:[45]\d\d)\b.{0,20}\b(?:error|timeout|response)|\b[A-Z]{2,6}-\d{3,5}\b|\bat \S+:\d+/i, 1],
    [/\b(?:would be (?:nice|great|good)|feature request|suggestion|wish)\b/i, -1],
  ],
  feature_request: [
    [/\b(?:feature request|suggest\w*|would (?:be|love|like) (?:nice|great|good|helpful|to see|if you|to be able)|it would (?:be|help)|wish(?:list)?|any plans? (?:to|for)|are you planning|roadmap|please add|you should (?:add|support|have)|could you add|consider adding|missing (?:feature|for us)|support for|\+1|idea)\b/i, 1.5],
    [/\b(?:error|crash\w*|broken|refund|charged)\b/i, -0.8],
  ],
  friction: [
    [/\b(?:can(?:'|no)?t (?:find|figure|see where|work out|understand)|confus\w+|where (?:on earth|did|has).{0,30}(?:go|gone|hidden)|no idea|struggl\w+|not obvious|unclear|complicated|don'?t (?:understand|get)|lost|looked everywhere|hard to find|makes no sense|supposed to mean|hidden)\b/i, 1.4],
  ],
  question: [
    [/\?\s*$|\?\s/, 0.7],
    [/^(?:hi|hello|hey)?[,!. ]*(?:how|what|when|where|which|who|can|could|is|are|does|do|may|will)\b/i, 0.8],
  ],
  thanks: [[/\b(?:thanks|thank you|thx|cheers|merci|danke|gracias)\b/i, 0.5]],
  spam: [
    [/\b(?:seo|airdrop|giveaway|btc|eth|wallet|gas fee|claim (?:your|now|inside)|congratulations!*|backlinks?|guest post|sponsored (?:post|article)|rank(?:ing)? (?:first|higher|#1)|casino|crypto|bitcoin|forex|viagra|replica|lottery|inheritance|prince|loan offer|web ?design (?:services|agency)|e-?mail lists?|lead generation|increase your (?:traffic|sales|revenue)|link building|limited[- ]time offer|act now|click (?:here|below) to (?:claim|win)|unsubscribe|best price|we offer|our agency|our services)\b/i, 1.7],
    [/\b(?:my|our) (?:account|invoice|job|booking|calendar|login|subscription|technicians?|crew|dispatcher)\b/i, -1],
  ],
  injection: [
    [/<[^<>]{0,200}(?:display\s*:\s*none|font-size\s*:\s*0|visibility\s*:\s*hidden|color\s*:\s*(?:white|#fff))/i, 2.5],
    [/\b(?:system|admin|developer)\s+(?:note|message|prompt|instruction|override|command)s?\b.{0,30}\b(?:assistant|bot|ai|model|agent)\b|\b(?:to|for) the (?:support )?(?:assistant|bot|ai)\b\s*[:,]/i, 2.5],
    [/\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:(?:previous|prior|above|earlier|all|any|your|system|these|those)\b.{0,20}\b(?:instructions?|rules?|prompts?|guidelines|restrictions|polic(?:y|ies))|(?:instructions?|rules?|prompts?|guidelines)\b.{0,15}\b(?:above|before|given)|(?:what|everything) you(?:'ve| were| have)? (?:been )?told|everything above)\b/i, 3],
    [/\b(?:system prompt|hidden (?:prompt|instructions)|developer mode|jailbreak|admin override|you are now|act as (?:an?|if)|pretend (?:to be|you)|reveal your|print your (?:prompt|instructions)|as an ai|do anything now)\b/i, 2.5],
    [/^\s*(?:system|assistant|developer|admin)\s*[:>\]]|\[\[.{0,40}\]\]|<!--|<\|.{0,20}\|>|\bBEGIN (?:SYSTEM|INSTRUCTIONS)\b/im, 2.2],
    [/\b(?:mark this (?:ticket )?as (?:resolved|p1|approved)|approve (?:this|my|the) (?:refund|request|draft)|set (?:the )?priority to|send (?:me|us) (?:the |all |another )?(?:api keys?|customers?'? (?:data|e-?mails)|passwords?|other customers?))\b/i, 1.8],
    [/\b(?:dear|note to|attention|hey|hello)\s+(?:ai|bot|assistant|llm|chatgpt|gpt|language model)\b|\b(?:ai|bot|assistant),? (?:you must|please (?:send|reply with|include)|call the)\b/i, 1.5],
  ],
}; // biome-ignore format: one pattern a line

/** Heads learn from a few dozen examples and are surer than they may be: their logits are halved. */
const CAUTION = 0.5;

/** Signals that exclude each other, so that examples of one are counter-examples of the others. */
const KIND_SIGNALS: string[] = ['bug', 'feature_request', 'friction', 'question'];
const TONE_SIGNALS: string[] = ['urgent', 'frustrated', 'calm', 'thanks'];
const FOREIGN_SIGNALS: string[] = ['spam', 'injection', 'thanks'];
/** What a customer is in, with the words that say so plainly, and the signals that leave it open. */
const SITUATIONS: Partial<Record<string, { said: (text: string) => boolean; open: string[] }>> = {
  blocked: { said: saysBlocked, open: ['urgent', 'frustrated', 'bug'] },
  leaving: { said: speaksOfLeaving, open: ['frustrated'] },
  growing: { said: speaksOfGrowing, open: ['feature_request'] },
  tried: { said: (text) => countAttempts(text) > 0, open: ['frustrated', 'bug'] },
};

/** The signals that tell a situation. */
export const SITUATION_SIGNALS = SIGNALS.filter((signal) => SITUATIONS[signal]);

/** Whether an example shows a situation; plain words tell it until the heads have learned the rest. */
export function tellsSituation({ signals }: Pick<SignalExample, 'signals'>): boolean {
  return signals.some((signal) => SITUATIONS[signal]);
}

/** Whether an example of other signals teaches that `signal` is absent; null when it teaches neither. */
function teaches(signal: Signal, example: SignalExample): boolean | null {
  const { signals } = example;
  if (signals.includes(signal)) return true;
  const situation = SITUATIONS[signal];
  if (situation) {
    const open = signals.some((other) => situation.open.includes(other)) || situation.said(example.text);
    return open ? null : false;
  }
  if (tellsSituation(example)) return FOREIGN_SIGNALS.includes(signal) ? false : null;
  if (signals.length === 0 || FOREIGN_SIGNALS.includes(signal)) return false;
  if (KIND_SIGNALS.includes(signal))
    return signals.some((s) => KIND_SIGNALS.includes(s) || FOREIGN_SIGNALS.includes(s)) ? false : null;
  if (TONE_SIGNALS.includes(signal)) {
    // An angry text may be urgent too, and most bug reports are neither: only a different tone says no.
    if (signals.includes('calm') || signals.includes('thanks') || signals.includes('spam')) return false;
    if (signal === 'calm') return false;
    return signals.some((s) => ['feature_request', 'friction', 'question'].includes(s)) ? false : null;
  }
  return null;
}

/** The examples of the taxonomy in the shape that `trainSignals` takes, without vectors. */
export function signalTexts(taxonomy: Taxonomy): { text: string; signals: string[] }[] {
  return Object.entries(taxonomy.signals).flatMap(([signal, lines]) =>
    (lines ?? []).map((text) => ({ text, signals: signal === 'none' ? [] : [signal] })),
  );
}

/** Learns each signal that has examples and counter-examples. Deterministic. Under a second for the shipped taxonomy. */
export function trainSignals(
  examples: SignalExample[],
  { only = SIGNALS, seed = 1 }: { only?: readonly Signal[]; seed?: number } = {},
): SignalModel {
  const counts = examples.map((example) => countFeatures(example.text));
  const features = learnFeatures(counts);
  const sparse = counts.map((count) => weighFeatures(count, features));
  const dense = examples.map(({ vector }) => scaled(vector));
  const widths = { dense: examples[0]?.vector.length ?? 0, sparse: features.idf.length };
  const heads = only.flatMap((signal) => {
    const head = trainHead(
      examples.map((example) => teaches(signal, example)),
      { dense, sparse },
      widths,
      seed,
    );
    return head ? [{ signal, ...head }] : [];
  });
  return {
    features,
    learned: heads.map(({ signal }) => signal),
    dense: sideBySide(
      heads.map((head) => head.dense),
      widths.dense,
    ),
    sparse: sideBySide(
      heads.map((head) => head.sparse),
      widths.sparse,
    ),
  };
}

/** Learns one signal from the examples that teach it; null without examples or counter-examples. */
function trainHead(
  taught: (boolean | null)[],
  rows: { dense: SparseRow[]; sparse: SparseRow[] },
  widths: { dense: number; sparse: number },
  seed: number,
): { dense: LinearModel; sparse: LinearModel } | null {
  const yes = taught.filter((answer) => answer === true).length;
  const no = taught.filter((answer) => answer === false).length;
  if (!yes || !no) return null;
  // Both sides weigh the same, within reason: signals are rarer in the examples than their opposites.
  const weight = Math.min(4, Math.max(1, no / yes));
  const targets = Float32Array.from(
    taught.filter((answer) => answer !== null),
    (answer) => (answer ? weight : -1),
  );
  const epochs = targets.length > 3000 ? 8 : 24;
  const regress = (all: SparseRow[], width: number, decay: number, from: number) =>
    trainLogistic(
      all.filter((_, i) => taught[i] !== null),
      targets,
      width,
      { epochs, rate: 3, decay, seed: from },
    );
  return {
    dense: regress(rows.dense, widths.dense, 1e-4, seed),
    sparse: regress(rows.sparse, widths.sparse, 1e-5, seed + 1),
  };
}

/** Unit vectors of this encoder differ little between short texts; a longer row lets the head move faster. */
function scaled(vector: Float32Array): SparseRow {
  return denseRow(vector.map((value) => value * 2));
}

function lexiconLogit(signal: Signal, text: string): number {
  let sum = 0;
  for (const [pattern, weight] of LEXICON[signal] ?? []) if (pattern.test(text)) sum += weight;
  return sum;
}

/** What the heads say of each signal that they have learned. */
function logitsOf(model: SignalModel, said: string, vector: Float32Array): [Signal, number][] {
  const dense = new Float32Array(model.learned.length);
  const sparse = new Float32Array(model.learned.length);
  logitsInto(model.dense, scaled(vector), dense);
  logitsInto(model.sparse, weighFeatures(countFeatures(said), model.features), sparse);
  return model.learned.map((signal, c) => [signal, ((dense[c] ?? 0) + (sparse[c] ?? 0)) / 2]);
}

/** Probability of each signal; 0 for signals that were never taught and have no words. */
export function scoreSignals(model: SignalModel, text: string, vector: Float32Array): SignalScores {
  const said = plain(text.slice(0, 6000));
  const heads = new Map([model, model.situations].flatMap((one) => (one ? logitsOf(one, said, vector) : [])));
  const score = (signal: Signal) => {
    const logit = heads.get(signal);
    const words = lexiconLogit(signal, said);
    if (logit === undefined) return words > 0 ? logistic(words - 1.5) : 0;
    return logistic(CAUTION * logit + 0.7 * words - 0.2);
  };
  return {
    bug: score('bug'),
    feature_request: score('feature_request'),
    friction: score('friction'),
    question: score('question'),
    urgent: score('urgent'),
    frustrated: score('frustrated'),
    calm: score('calm'),
    thanks: score('thanks'),
    blocked: score('blocked'),
    leaving: score('leaving'),
    growing: score('growing'),
    tried: score('tried'),
    spam: score('spam'),
    injection: score('injection'),
  };
}

/** A look at the words alone, without embedding: 0 = can wait .. 1 = urgent. Takes microseconds. */
export function glanceAt(text: string): number {
  const said = plain(text.slice(0, 3000));
  return logistic(
    lexiconLogit('urgent', said) +
      0.3 * lexiconLogit('frustrated', said) +
      0.3 * lexiconLogit('bug', said) -
      1.8,
  );
}
