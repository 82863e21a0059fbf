// The commands of `/deskhand`, for the help and for what each platform offers while they are typed.

/** As the help shows them; platforms offer them when somebody begins to type. */
export const COMMANDS = [
  { command: 'queue', says: 'tickets that wait for an agent, most urgent first' },
  { command: 'mine', says: 'tickets that you have taken' },
  { command: 'today', says: 'your tickets, what waits, and the figures of the day' },
  { command: 'ticket T-1042', says: 'the card of one ticket' },
  { command: 'ticket C-7', says: 'what several customers tell of; to rename, merge, split or dismiss it' },
  { command: 'search WORDS', says: 'tickets with these words' },
  { command: 'digest', says: 'the newest digest; also: digest weekly, digest monthly, digest 2026-03-02' },
  { command: 'dashboard', says: 'a link to the figures over time, for you alone' },
  { command: 'signals', says: 'wishes, hurdles, accounts at risk, and what writing first has brought' },
  { command: 'mode', says: 'what the bot may do by itself, by category' },
  { command: 'mode CATEGORY observe|suggest|auto', says: 'change that (leads and admins)' },
  { command: 'help', says: 'this list' },
];

/** Each command once, as it is mostly used; `word` is what it begins with. */
export const MAIN_COMMANDS = COMMANDS.map((one) => ({
  ...one,
  word: one.command.split(' ')[0] ?? '',
})).filter(({ word }, at, all) => all.findIndex((other) => other.word === word) === at);
