// Which language a text is written in, careful with short texts: English unless something says otherwise.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { wordCount } from './text.ts';

/** Languages that customers may plausibly write; a wide choice makes short English look exotic. */
const CANDIDATES = [
  'ar', 'bg', 'cs', 'da', 'de', 'el', 'en', 'es', 'et', 'fa', 'fi', 'fr', 'he', 'hi', 'hr', 'hu', 'it', 'ja',
  'ko', 'lt', 'lv', 'nl', 'no', 'pl', 'pt', 'ro', 'ru', 'sk', 'sl', 'sr', 'sv', 'th', 'tr', 'uk', 'vi', 'zh',
]; // biome-ignore format: a list of codes
/** Words that are frequent in English and rare elsewhere. */
const ENGLISH =
  /\b(the|is|are|was|my|our|your|you|we|i'm|it's|can't|don't|doesn't|cannot|please|thanks?|hello|hi|how|what|where|why|when|not|with|and|this|that|have|has|need|does|still|any|of|to|for|it|they|app|help)\b/gi;

/** Words that no English message has: they tell the language of one that is too short for the detector. */
const OWN_WORDS: [string, RegExp][] = [
  ['de', /(?<!\p{L})(?:nicht|geht|kein|keine|bitte|ist|und|vergessen|rechnung|passwort|kündigen|kündigung|hilfe|funktioniert|konto|warum|wie|wo|mein|meine|storno|abo|anmelden|danke|guten|kaputt|immer|noch)(?!\p{L})/giu],
  ['fr', /(?<!\p{L})(?:pas|mot de passe|oublié|facture|bonjour|svp|merci|marche|résilier|où|est|mon|ma|mes|connexion|remboursement|aide|fonctionne|pourquoi|compte|impossible de)(?!\p{L})/giu],
  ['es', /(?<!\p{L})(?:funciona|factura|contraseña|hola|ayuda|cuenta|dónde|donde|cómo|gracias|por favor|quiero|cancelar|mi|olvidé|no puedo|reembolso|está|entrar)(?!\p{L})/giu],
  ['it', /(?<!\p{L})(?:non|funziona|grazie|fattura|aiuto|accedere|ciao|buongiorno|dimenticata)(?!\p{L})/giu],
  ['nl', /(?<!\p{L})(?:niet|werkt|factuur|bedankt|wachtwoord|vergeten|graag|hulp|opzeggen)(?!\p{L})/giu],
  ['pt', /(?<!\p{L})(?:não|obrigad[oa]|senha|fatura|ajuda|esqueci|olá)(?!\p{L})/giu],
]; // biome-ignore format: one language a line

let detector: typeof import('eld/extrasmall').eld | null = null;

/** The detector takes 90 MB, and plain English never asks it: it is loaded by the first text that is something else. */
function openDetector(): NonNullable<typeof detector> {
  if (detector) return detector;
  const require = createRequire(import.meta.url);
  const file = fileURLToPath(import.meta.resolve('eld/extrasmall'));
  const { eld }: typeof import('eld/extrasmall') = require(file);
  eld.setLanguageSubset(CANDIDATES);
  detector = eld;
  return eld;
}

/**
 * ISO 639-1 code of the language of `text`, or "und" when it has no words.
 * Up to three words count as English unless their script or most of them say otherwise: nothing can tell "ok super" apart.
 */
export function detectLanguage(text: string): string {
  const sample = text
    .replace(/https?:\/\/\S+|\S{1,64}@\S+|`[^`]*`/g, ' ')
    .slice(0, 3000)
    .trim();
  const words = wordCount(sample);
  if (words === 0) return 'und';
  const latin = sample.match(/\p{Script=Latin}/gu)?.length ?? 0;
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return 'und';
  const english = (sample.match(ENGLISH)?.length ?? 0) / words;
  if (latin >= letters / 2 && english >= 0.15) return 'en';
  const few = words <= 3 && latin >= letters / 2 ? languageOfFew(sample, words) : null;
  if (few) return few;
  const result = openDetector().detect(
    latin < letters / 2 ? sample.replace(/\p{Script=Latin}+/gu, ' ') : sample,
  );
  if (latin < letters / 2) return result.language || 'und';
  if (result.language === 'en' || result.language === '') return 'en';
  const scores = result.getScores();
  const ahead = (scores[result.language] ?? 0) - (scores.en ?? 0);
  const special = /[äöüßéèêàçñáíóúãõåøæłżćšžığ¿¡]/i.test(sample);
  if (words <= 3) return special && ahead > 0.1 ? result.language : 'en';
  if (words <= 6) return ahead > (special ? 0.03 : 0.12) && english === 0 ? result.language : 'en';
  return ahead > 0.02 ? result.language : 'en';
}

/** The language that most of a few words are of; null when that is none of these. */
function languageOfFew(sample: string, words: number): string | null {
  for (const [language, own] of OWN_WORDS) {
    const count = (sample.match(own) ?? []).reduce((sum, match) => sum + wordCount(match), 0);
    if (count >= words / 2) return language;
  }
  return null;
}
