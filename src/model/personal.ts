// Finds personal data and secrets in a text: e-mail addresses, phone and card numbers, IBANs, keys and passwords, IP addresses.
import { isIP } from 'node:net';

export const PERSONAL_KINDS = ['EMAIL', 'PHONE', 'CARD', 'IBAN', 'SECRET', 'IP'] as const;
export type PersonalKind = (typeof PERSONAL_KINDS)[number];

/**
 * One place in a text. `value` never holds quotes, backslashes or line ends, so that it may be replaced and put
 * back inside JSON, too.
 */
export interface PersonalMatch {
  kind: PersonalKind;
  value: string;
  /** Index of its first character, in UTF-16 units. */
  start: number;
}

interface Rule {
  kind: PersonalKind;
  /** The value is the group `value`, or the whole match. */
  pattern: RegExp;
  /** The part of the candidate that really is one; null when none is. */
  accept?: (candidate: string, text: string, start: number) => string | null;
}

/** Characters around a candidate that are looked at for words such as "invoice" or "call". */
const CONTEXT = 28;

/** Prefixes by which vendors mark their keys; from the vendors' documentation and GitHub's list of secret formats. */
const KEY =
  /(?<![\w-])(?:sk-(?:[a-z]+-)*[\w-]{16,}|[srp]k_(?:live|test)_\w{10,}|whsec_\w{16,}|gh[opsur]_\w{20,}|github_pat_\w{22,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}|xapp-[\w-]{10,}|A(?:KIA|SIA)[A-Z0-9]{16}|AIza[\w-]{30,}|ya29\.[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|npm_\w{30,}|hf_\w{20,}|lin_api_\w{20,}|shp(?:at|ca|pa|ss)_\w{20,}|dop_v1_\w{30,}|pat-[a-z]{2}\d-[\w-]{20,}|AC[0-9a-f]{32})(?![\w-])/g;
const JWT = /(?<![\w.-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]{4,})?/g;
const BEARER = /\b(?:bearer|basic)\s+(?<value>[\w.~+/-]{16,}={0,2})/gi;
const URL_PASSWORD = /\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s/:@"'\\]{0,64}:(?<value>[^\s/@"'\\]{1,128})@/gi;
const URL_SECRET =
  /[?&#](?:(?:access|auth|id|refresh|reset|csrf)?_?-?token|(?:api|app|access|private)?_?-?key|pass(?:word|wd)?|pwd|secret|client_secret|sig|signature|session_?id|otp|invite)=(?<value>[^\s&#"'\\<>)\]]{6,})/gi;
const NAMED_SECRET =
  /(?<![\p{L}\p{N}])(?:pass ?(?:word|wort|code|phrase)|pass(?=\s?[:=])|pw(?=\s?[:=])|pwd|kennwort|mot de passe|contrase(?:ñ|n)a|senha|wachtwoord|(?:api|secret|access|private|licen[cs]e)[ _-]?key|client[ _-]?secret|secret|(?:api|access|auth|refresh|bearer)?[ _-]?token|pin(?: code)?)\b["']?(?<link>\s*[:=]\s*|\s+(?:is|was|ist|lautet|est|es|é)(?:\s*:)?\s+)["'“‘<]?(?<value>[^\s"'“”‘’\\<>]{4,100})/giu;
/** A long mixed run that no word and no hash in hexadecimal has. */
const RANDOM =
  /(?<![\w+/=.-])(?=[\w+/-]*\d)(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[A-Za-z0-9_+/-]{32,512}={0,2}(?![\w+/-])/g;

const EMAIL =
  /(?<![\p{L}\p{N}_%+'-])[\p{L}\p{N}_%+'-](?:[\p{L}\p{N}._%+'-]{0,62}[\p{L}\p{N}_%+-])?@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,6}\p{L}{2,24}(?![\p{L}\p{N}]|-[\p{L}\p{N}])/gu;
const EMAIL_IN_WORDS =
  /(?<![\w.])[\w.+-]{1,64}\s?[[({]\s?(?:at|@|arroba)\s?[\])}]\s?[\w-]{1,63}(?:(?:\s?[[({]\s?(?:dot|punkt|point|punto|\.)\s?[\])}]\s?|\.)[\w-]{2,63}){1,4}/gi;

const IBAN =
  /(?<![\p{L}\p{N}])(?:[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?:[ -][A-Z0-9]{4}){2,7}(?:[ -][A-Z0-9]{1,3})?)|[a-z]{2}\d{2}(?:[a-z0-9]{11,30}|(?:[ -][a-z0-9]{4}){2,7}(?:[ -][a-z0-9]{1,3})?))(?!\p{N})/gu;
const CARD = /(?<![\w.,+-])[2-6]\d{3}(?:[ -]?\d{2,7}){2,4}(?![\w-]|[.,]\d)/g;
const IP4 = /(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)/g;
const IP6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:]|\.\d)/gi;
const PHONE =
  /(?:(?<![\p{L}\p{N}_.,:#/$€£&=-])(?:00\s?)?|(?<![\p{L}\p{N}_])\+\s?)\(?\d[\d\s().\-–/]{5,22}\d(?![\p{L}\p{N}_%€$£]|[.,:/-]\d|\s?[€$£%])/gu;

const RULES: Rule[] = [
  { kind: 'SECRET', pattern: URL_PASSWORD },
  { kind: 'SECRET', pattern: JWT },
  { kind: 'SECRET', pattern: KEY },
  { kind: 'SECRET', pattern: BEARER, accept: (value) => (/\d/.test(value) ? value : null) },
  { kind: 'SECRET', pattern: URL_SECRET },
  { kind: 'SECRET', pattern: NAMED_SECRET, accept: acceptSecret },
  { kind: 'EMAIL', pattern: EMAIL },
  { kind: 'EMAIL', pattern: EMAIL_IN_WORDS },
  { kind: 'IBAN', pattern: IBAN, accept: acceptIban },
  { kind: 'CARD', pattern: CARD, accept: acceptCard },
  { kind: 'SECRET', pattern: RANDOM },
  { kind: 'IP', pattern: IP4, accept: acceptAddress },
  { kind: 'IP', pattern: IP6, accept: acceptAddress },
  { kind: 'PHONE', pattern: PHONE, accept: acceptPhone },
];

/**
 * Personal data and secrets of a text, in order, without overlaps. Ids that support work needs (tickets, invoices,
 * orders, error codes, versions, dates, amounts, private network addresses) are not among them. Linear in practice;
 * the caller bounds the text.
 */
export function findPersonal(text: string): PersonalMatch[] {
  const found: PersonalMatch[] = [];
  const taken = new Uint8Array(text.length);
  for (const { kind, pattern, accept } of RULES)
    for (const match of text.matchAll(pattern)) {
      const candidate = match.groups?.value ?? match[0];
      const start = match.index + match[0].lastIndexOf(candidate);
      const value = accept ? accept(candidate, text, start) : candidate;
      if (!value || taken.subarray(start, start + value.length).includes(1)) continue;
      taken.fill(1, start, start + value.length);
      found.push({ kind, value, start });
    }
  return found.sort((a, b) => a.start - b.start);
}

/** The text with each place of personal data replaced by what `name` says. */
export function replacePersonal(text: string, name: (match: PersonalMatch) => string): string {
  let out = '';
  let at = 0;
  for (const match of findPersonal(text)) {
    out += text.slice(at, match.start) + name(match);
    at = match.start + match.value.length;
  }
  return out + text.slice(at);
}

function before(text: string, start: number): string {
  return text.slice(Math.max(0, start - CONTEXT), start);
}

/** "password is wrong" names no password: after a verb it must look like one; after `:` or `=` nearly anything does. */
function acceptSecret(candidate: string, text: string, start: number): string | null {
  const value = candidate.replace(/[.,;:?)\]}]+$/, '');
  const mixed = /\d/.test(value) || /[^\p{L}\p{N}.'-]/u.test(value) || /\p{Ll}\p{Lu}/u.test(value);
  const assigned = /=\s*["'“‘<]?$/.test(before(text, start));
  if (/^(?:https?:|\[|\{|\$\{|\*+$|x+$|\.+$|<)/i.test(value)) return null;
  const isPin = /\bpin(?: code)?\b[^\n]{0,12}$/i.test(before(text, start));
  if (isPin) return /^\d{4,8}$/.test(value) ? value : null;
  return value.length >= 4 && (mixed || assigned) && !/^\d{1,3}$/.test(value) ? value : null;
}

/** The longest head that is a valid IBAN (ISO 13616: 15 to 34 characters, remainder 1 modulo 97). */
function acceptIban(candidate: string): string | null {
  for (let end = candidate.length; end >= 15; end -= 1) {
    const head = candidate.slice(0, end);
    if (/[ -]$/.test(head)) continue;
    const compact = head.replace(/[ -]/g, '').toUpperCase();
    if (compact.length >= 15 && compact.length <= 34 && remainder97(compact) === 1) return head;
  }
  return null;
}

function remainder97(iban: string): number {
  let remainder = 0;
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const number = Number.parseInt(char, 36);
    remainder = (remainder * (number > 9 ? 100 : 10) + number) % 97;
  }
  return remainder;
}

/** 13 to 19 digits with a valid check digit (Luhn, ISO/IEC 7812-1), in one run or in the groups that cards have. */
function acceptCard(candidate: string, text: string, start: number): string | null {
  if (/\b(?:imei|isbn|ean|serial|tracking)\b[^\n\d]{0,16}$/i.test(before(text, start))) return null;
  const digits = candidate.replace(/\D/g, '');
  if (digits.length < 13 || digits.length > 19) return null;
  const groups = candidate.split(/[ -]/).map((group) => group.length);
  const isPrinted =
    groups.length === 1 || /^(?:4 4 4 4(?: \d)?|4 6 5|4 6 4|4 4 5|6 13)$/.test(groups.join(' '));
  const sum = [...digits].reverse().reduce((total, char, i) => {
    const digit = i % 2 ? Number(char) * 2 : Number(char);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return isPrinted && sum % 10 === 0 && !/^(\d)\1+$/.test(digits) ? candidate : null;
}

/** Addresses of the public internet; those of private networks say where a fault is, not who somebody is. */
function acceptAddress(candidate: string, text: string, start: number): string | null {
  if (!isIP(candidate) || candidate.length < 7) return null;
  if (/^(?:0|10|127|255|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(candidate)) return null;
  if (/^(?:fe80|f[cd]|::1?$|::$)/i.test(candidate)) return null;
  return /\b(?:v|ver|version|release|build|firmware|driver|app|update|up(?:date|grade)d? to|section|chapter)[.:]?\s*$/i.test(
    before(text, start),
  )
    ? null
    : candidate;
}

/** Words before a number that say it is an id of ours or theirs, or a measure. */
const NUMBERED =
  /(?:\b(?:invoice|inv|rechnung|rechnungsnummer|facture|factura|order|bestellung|commande|pedido|job|work order|ticket|case|account|konto|customer|kunden\w*|client|ref(?:erence)?|reference|policy|contract|serial|s\/n|tracking|parcel|id|sku|part|isbn|ean|imei|vat|siret|error|code|build|version|request|transaction|txn|batch|po|lat|long?|timestamp|epoch)\b[^\n\p{L}]{0,12}|#\s?|\b(?:no|nr|num(?:ber|mer)?|n°)\.?:?\s*)$/iu;
const TELEPHONE =
  /(?:\b(?:phones?|telephone|tel(?:efon\w*)?|tlf|t(?:é|e)l(?:é|e)phone|tel(?:é|e)fono|m(?:ó|o)vil|mobile|mob|cell(?:phone)?|handy\w*|call(?: (?:me|us|him|her|back))?|ring|text me|sms|whatsapp|fax|reach(?:ed)?(?: me)?|(?:get )?hold of (?:me|us)(?: on| at)?|rufen|anrufen|appelez|llam\w+|hotline|extension|direct line|dial)\b|☎|📞)[^\n\d]{0,20}$/iu;
const DATE =
  /^(?:\d{4}[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?![\d./])|^(?:19|20)\d\d\s?[-–/]\s?(?:19|20)\d\d$/;

/** Shapes of numbers without a country code that are written so for the telephone only. */
const NATIONAL = [
  // North America: (212) 555-0142, 212-555-0142, 1 212 555 0142
  /^(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}$/,
  // Trunk prefix 0 and at least one separator: 020 7946 0958, 06.12.34.56.78, 0171/1234567, (02) 9876 5432
  /^(?=(?:\D*\d){9,12}\D*$)\(?0[1-9]\d{0,4}\)?[ ./–-]+\d[\d ./–-]*$/,
  // The same in one run, as mobile numbers are typed
  /^0[1-9]\d{8,9}$/,
  // Area code in brackets: (11) 91234-5678
  /^\(\d{2,4}\) ?\d{4,5}[ -]?\d{4}$/,
  // Spain, Poland, Portugal: 612 345 678
  /^[5-9]\d{2}([ -])\d{3}\1\d{3}$/,
  // India 98765 43210, China 138 1234 5678
  /^[6-9]\d{4} \d{5}$|^1[3-9]\d[ -]\d{4}[ -]\d{4}$/,
];

function acceptPhone(candidate: string, text: string, start: number): string | null {
  // What follows on the next line is another thing, and so is a number after a wide gap.
  const value = (candidate.split(/\n| {2,}|\t/)[0] ?? '').replace(/[\s().\-–/]+$/, '');
  const digits = value.replace(/\D/g, '').length;
  const context = before(text, start);
  if (digits < 7 || digits > 15 || DATE.test(value) || !balanced(value)) return null;
  if (value.startsWith('+')) return value;
  if (TELEPHONE.test(context) && !/\d{1,3}\.\d{1,3}\.\d{1,3}\.\d/.test(value)) return value;
  if (NUMBERED.test(context)) return null;
  if (/^00\s?[1-9]/.test(value)) return digits >= (/\D/.test(value) ? 11 : 12) ? value : null;
  return NATIONAL.some((shape) => shape.test(value)) ? value : null;
}

function balanced(value: string): boolean {
  return value.split('(').length === value.split(')').length;
}
