// Whether an answer to a message of ours asks us to write no more of them.

/** Longer answers may say "stop" about anything. */
const LONGEST = 120;
const WISH =
  /^(?:(?:please|bitte|s['’ ]?il vous pla[iî]t|por favor)[,\s]+)?(?:stopp?|unsubscribe(?: me)?|opt[ -]?out|abmelden|abbestellen|me d[ée]sabonner|d[ée]sabonner|d[ée]sinscri(?:re|ption)|baja|darme de baja|(?:stop|no more) (?:e-?mails?|mails?|messages?|writing (?:to )?me)|do(?:n['’]t| not) (?:write|e-?mail|message)(?: to)? me(?: again| any ?more)?|keine (?:weiteren )?(?:nachrichten|mails|e-mails)(?: mehr)?)(?:[,\s]+(?:please|bitte|thanks|thank you|danke|merci|gracias))?[.!\s]*$/iu;

/** True for a short answer that says nothing else, in the languages that we write first in. */
export function isOptOut(text: string): boolean {
  const [first = ''] = text.trim().split('\n');
  return text.trim().length <= LONGEST && WISH.test(first.replace(/["“”„«»]/g, '').trim());
}
