// Reports of planted incidents: what broke and how, in many customers' words, some precise, some vague.

/** What broke, as customers call it. */
const THINGS = [
  ['report export', 'export of the reports', 'downloading reports'],
  ['calendar sync', 'Google calendar connection', 'sync with my calendar'],
  ['photo upload', 'uploading pictures', 'adding job photos'],
  ['invoice mail', 'sending invoices', 'mailing the bills to clients'],
  ['sign-in', 'login', 'signing in'],
  ['route map', 'map with the routes', 'driving route'],
  ['booking page', 'online booking', 'page where clients book'],
  ['card payment', 'paying by card', 'card terminal'],
  ['job list', 'list of jobs', 'jobs overview'],
  ['time sheet', 'hours of the team', 'clocking in and out'],
  ['SMS reminder', 'text reminders', 'reminder messages'],
  ['customer import', 'importing clients', 'upload of our client list'],
] as const;
/** How it fails: a way of saying it for each kind of customer. */
const FAULTS = [
  ['stops half way', 'hangs and never finishes', 'gets stuck'],
  ['shows an empty page', 'comes up blank', 'is just white'],
  ['ends with an error', 'fails with a red message', 'throws an error every time'],
  ['takes forever', 'has become terribly slow', 'loads for minutes'],
  ['loses the last entry', 'forgets what I entered', 'drops what we saved'],
  ['does everything twice', 'comes out double', 'makes two of each'],
] as const;
const WAYS = [
  'Since this morning the {thing} {fault}.',
  'Our {thing} {fault}, what is going on?',
  'The {thing} {fault} for all of us in the office. Tried two computers and another browser.',
  '{thing} again: it {fault}. We cannot work like that, the crew is waiting.',
  'Help please! The {thing} {fault}{code}',
  'I tried three times now, the {thing} {fault}{code} Yesterday it was fine.',
  'Hello, hope you are well. Today the {thing} {fault}. Is it us or you? We have changed nothing on our side.',
  'anyone else? {thing} {fault}',
] as const;
const HAVE_CODE = 0.5;

/** `count` reports of one incident; no two incidents of a year are the same thing failing in the same way. */
export function incidentReports(incident: number, count: number, random: () => number): string[] {
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? '';
  const things = THINGS[incident % THINGS.length] ?? THINGS[0];
  const faults = FAULTS[(incident + Math.floor(incident / THINGS.length)) % FAULTS.length] ?? FAULTS[0];
  const code = random() < HAVE_CODE ? ` (ERR-${1_000 + incident}).` : '.';
  return Array.from({ length: count }, () =>
    pick(WAYS).replace('{thing}', pick(things)).replace('{fault}', pick(faults)).replace('{code}', code),
  );
}
