// What a person wrote in this mail alone: quoted history and signature taken off the plain text, line by line.

/** Reads lines of at most this length as quote headers; longer ones are prose. */
const HEADER_LINE = 300;

// "On … wrote:" as mail programs write it. Anchored, one lazy part each: no backtracking to speak of.
const ATTRIBUTIONS = [
  /^On\b.{6,}?\bwrote:$/i,
  /^.{3,}? (?:on|at) .{6,}?\bwrote:$/i,
  /^Le\b.{6,}?\b[aà] [ée]crit ?:$/i,
  /^Am\b.{6,}?\bschrieb\b.*:$/i,
  /^.{3,}?<[^<>]+> schrieb.*:$/i,
  /^El\b.{6,}?\bescribi[óo]:$/i,
  /^Il\b.{6,}?\bha scritto:$/i,
  /^Em\b.{6,}?\bescreveu:$/i,
  /^Op\b.{6,}?\bschreef\b.*:$/i,
  /^Den\b.{6,}?\bskrev\b.*:$/i,
  /^(?:W dniu|Dnia)\b.{6,}?(?:pisze|napisał\(?a?\)?):$/i,
  /^.{6,}?\bkirjoitti:$/i,
  /^.{6,}? (?:пишет|написал\(?а?\)?):$/i,
  /^.{6,}?(?:のメッセージ|さんは書きました)[:：]$/,
  /^在.{6,}?写道[:：]$/,
  /^.{6,}?작성:$/,
] as const;

const ORIGINAL =
  /^-{2,}\s*(?:original message|original appointment|reply message|ursprüngliche nachricht|originalnachricht|message d['’]origine|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|исходное сообщение|原始邮件|元のメッセージ)\s*-{2,}$/i;
const FORWARDED =
  /^(?:-{2,}\s*(?:forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|messaggio inoltrato|mensagem encaminhada|doorgestuurd bericht|vidarebefordrat meddelande)\s*-{2,}|begin forwarded message:|anfang der weitergeleiteten (?:nachricht|e-mail):|début du message (?:réexpédié|transféré) ?:)$/i;

// Outlook's block: a "From:" line with at least two of the others close behind it.
const FROM = /^\*?(?:from|von|de|da|van|fra|från|od|lähettäjä|от|发件人|差出人)\*?\s?[:：]\*?\s?\S/i;
const OTHERS =
  /^\*?(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|fecha|para|asunto|inviato|data|a|oggetto|assunto|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|wysłano|do|temat|отправлено|кому|тема|发送时间|收件人|主题|送信日時|宛先|件名)\*?\s?[:：]/i;

const DEVICE =
  /^(?:sent (?:from|via|with) .{2,60}|get outlook for .{2,60}|gesendet (?:von|mit) .{2,60}|von meinem .{2,40} gesendet|diese nachricht wurde von meinem .{2,60} gesendet\.?|envoyé (?:depuis|de|à partir de|avec) .{2,60}|télécharger outlook pour .{2,60}|enviado (?:desde|do|a partir do) .{2,60}|inviato (?:da|dal) .{2,60}|verstuurd vanaf .{2,60}|verzonden vanaf .{2,60}|skickat från .{2,60}|sendt fra .{2,60}|lähetetty .{2,60}|wysłane z .{2,60}|отправлено (?:с|из) .{2,60})$/i;

const VALEDICTION =
  /^(?:(?:best|kind|warm|many thanks and)?\s?(?:regards|wishes)|best|cheers|sincerely|yours (?:sincerely|faithfully|truly)|(?:many )?thanks(?: (?:again|and regards|in advance))?|thank you|mit (?:freundlichen|besten|herzlichen) gr(?:ü|ue)(?:ß|ss)en|(?:viele|liebe|beste|freundliche) gr(?:ü|ue)(?:ß|ss)e|mfg|(?:bien )?cordialement|bien à vous|salutations|(?:un )?saludos?(?: cordiales)?|atentamente|cordiali saluti|atenciosamente|met vriendelijke groet(?:en)?|med vänlig hälsning)[,.!]?$/i;

/**
 * Takes quoted history (`>` lines, "On … wrote:" in sixteen languages, "-----Original Message-----", Outlook's
 * header block) and the signature off. Text between and below `>` quotes stays, and so does a forwarded message:
 * it is what the customer shows us. Never returns nothing for something: when all looks quoted, all stays.
 */
export function stripQuotes(fullText: string): string {
  const own = tidy(withoutSignature(withoutQuotes(fullText.split('\n'))));
  return own || tidy(withoutSignature(fullText.split('\n'))) || tidy(fullText.split('\n'));
}

function withoutQuotes(lines: string[]): string[] {
  const own: string[] = [];
  const wrote = () => own.some((line) => line.trim() !== '');
  for (let at = 0; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').trim();
    if (line.startsWith('>')) continue;
    if (FORWARDED.test(line)) return own.concat(lines.slice(at));
    if (line.length > HEADER_LINE || line === '') {
      own.push(lines[at] ?? '');
      continue;
    }
    const header = headerLength(lines, at);
    if (header === 0) {
      own.push(lines[at] ?? '');
      continue;
    }
    if (quotedBelow(lines, at + header)) {
      at += header - 1;
      continue;
    }
    // An unmarked quote runs to the end. Above it there is the answer; if there is none, this is no quote.
    if (wrote()) return withoutRule(own);
    own.push(...lines.slice(at, at + header));
    at += header - 1;
  }
  return own;
}

/** How many lines a quote's header at `at` takes; 0 when there is none. */
function headerLength(lines: string[], at: number): number {
  const first = (lines[at] ?? '').trim();
  if (ORIGINAL.test(first)) return 1;
  if (FROM.test(first)) {
    const block = lines.slice(at + 1, at + 7).map((line) => line.trim());
    if (block.filter((line) => OTHERS.test(line)).length >= 2) return 1;
  }
  // Programs wrap the attribution at 76 columns: up to three lines make one.
  let joined = '';
  for (let count = 1; count <= 3; count += 1) {
    const next = (lines[at + count - 1] ?? '').trim();
    if (next === '' || next.startsWith('>')) return 0;
    joined = joined ? `${joined} ${next}` : next;
    if (joined.length > HEADER_LINE) return 0;
    if (/[:：]$/.test(joined) && ATTRIBUTIONS.some((attribution) => attribution.test(joined))) return count;
  }
  return 0;
}

function quotedBelow(lines: string[], from: number): boolean {
  for (let at = from; at < Math.min(lines.length, from + 4); at += 1) {
    const line = (lines[at] ?? '').trim();
    if (line !== '') return line.startsWith('>');
  }
  return false;
}

/** Outlook draws a rule of underscores above its block. */
function withoutRule(lines: string[]): string[] {
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return /^[_-]{8,}$/.test((lines[last] ?? '').trim()) ? lines.slice(0, last) : lines;
}

function withoutSignature(lines: string[]): string[] {
  const marked = lines.findIndex((line, at) => isSignatureMark(line, lines.length - at));
  return withoutBlock(withoutDevice(marked >= 0 ? lines.slice(0, marked) : lines));
}

/** "-- " is the standard mark (RFC 3676, section 4.3); without its blank only close to the end. */
function isSignatureMark(line: string, remaining: number): boolean {
  return line === '-- ' || (/^(?:--|—|__)\s*$/.test(line) && remaining <= 16);
}

function withoutDevice(lines: string[]): string[] {
  const last = lines.findLastIndex((line) => line.trim() !== '');
  const line = (lines[last] ?? '').trim();
  return line.length <= 100 && DEVICE.test(line) ? lines.slice(0, last) : lines;
}

/** After "Kind regards," and a name: the block of titles, telephones and addresses that companies add. */
function withoutBlock(lines: string[]): string[] {
  const written = lines.flatMap((line, at) => (line.trim() ? [at] : []));
  const tail = written.slice(-12);
  const start = tail.findIndex((at) => VALEDICTION.test((lines[at] ?? '').trim()));
  if (start < 0) return lines;
  const name = tail[start + 1];
  const block = tail.slice(start + 2).map((at) => (lines[at] ?? '').trim());
  if (name === undefined || (lines[name] ?? '').trim().length > 60 || block.length === 0) return lines;
  return block.every((line) => line.length <= 90 && !/[?!]$/.test(line)) ? lines.slice(0, name + 1) : lines;
}

function tidy(lines: string[]): string {
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
