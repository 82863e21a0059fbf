// Recognises mail that no person wrote for us to answer, from its headers alone.
import type { AutomaticKind } from '../../../src/model/message.ts';

/** What the decision needs, already decoded. */
export interface MailTraits {
  /** First value of a header by lower-case name, trimmed. */
  header(name: string): string | undefined;
  contentType: string;
  from: string | undefined;
  replyTo: string | undefined;
  subject: string;
  /** Number of `Received` headers: the servers it went through. */
  hops: number;
  /** Addresses that are ours. */
  own: readonly string[];
}

/** The header that our own mail carries. */
export const KEY_HEADER = 'X-Deskhand-Key';

/** More hops than any honest route; servers themselves give up at 100 (RFC 5321, section 6.3). */
const MOST_HOPS = 50;

const AUTO_SUBJECT =
  /^(?:(?:automatic|auto)[- ]?(?:reply|response)\b|out of (?:the )?office\b|(?:automatische )?abwesenheits(?:notiz|nachricht|assistent)|automatische antwort|réponse automatique|absence du bureau|respuesta automática|fuera de la oficina|risposta automatica|fuori sede|resposta automática|fora do escritório|automatisch antwoord|afwezigheid|autosvar|automatiskt svar)/i;
const BOUNCE_SUBJECT =
  /^(?:undeliver(?:ed|able)|delivery status notification|mail delivery (?:failed|failure|subsystem)|returned mail|failure notice|unzustellbar|non remis|delivery failure)/i;

/**
 * `loop`: our own mail came back; `bounce`: a report about mail we sent; `auto-reply`: an answering machine or
 * read receipt; `bulk`: lists and newsletters (but not a list that is our own support address).
 * Undefined: a person's mail. Auto-Submitted is RFC 3834, reports RFC 6522, List-Id RFC 2919.
 */
export function classifyAutomatic(mail: MailTraits): AutomaticKind | undefined {
  const { header } = mail;
  const type = mail.contentType.toLowerCase();
  const daemon =
    /^(?:mailer-daemon|postmaster)@/i.test(mail.from ?? '') || /^mailer-daemon$/i.test(mail.from ?? '');
  const report = type.startsWith('multipart/report');
  if (report && /disposition-notification/.test(type)) return 'auto-reply';
  if (report || header('x-failed-recipients') || (daemon && BOUNCE_SUBJECT.test(mail.subject)))
    return 'bounce';
  if (/^mailer-daemon/i.test(mail.from ?? '')) return 'bounce';

  if (header(KEY_HEADER.toLowerCase()) || mail.hops > MOST_HOPS) return 'loop';
  const ours = (address: string | undefined) => address !== undefined && mail.own.includes(address);
  if (ours(mail.from) && (mail.replyTo === undefined || ours(mail.replyTo))) return 'loop';

  const submitted = header('auto-submitted')?.toLowerCase();
  const precedence = header('precedence')?.toLowerCase() ?? '';
  const answered =
    (submitted !== undefined && !submitted.startsWith('no')) ||
    header('x-autoreply') !== undefined ||
    header('x-autorespond') !== undefined ||
    precedence === 'auto_reply' ||
    AUTO_SUBJECT.test(mail.subject);
  if (answered) return 'auto-reply';
  if (header('return-path') === '<>') return 'bounce';

  if (isOwnList(header('list-id'), mail.own)) return undefined;
  const bulk = /^(?:bulk|list|junk)$/.test(precedence) || header('list-id') || header('list-unsubscribe');
  return bulk ? 'bulk' : undefined;
}

/** A Google Group as support address forwards each mail as a list: `List-Id: <support.example.com>`. */
function isOwnList(listId: string | undefined, own: readonly string[]): boolean {
  const id = /<([^<>]+)>/.exec(listId ?? '')?.[1]?.toLowerCase();
  return id !== undefined && own.some((address) => address.replace('@', '.') === id);
}
