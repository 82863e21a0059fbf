// How drafts sound, and what none may say: links to foreign hosts, and promises.
import { z } from 'zod';
import { teamVoiceSchema, toneSchema } from '../model/tone.ts';

/** Topics with their phrases; the defaults of `replies.promises`. How they are written is told in engine/promises.ts. */
const PROMISES: Record<string, string[]> = {
  refund: [
    'we/I will/can/shall/have/are/am ... refund*', 'you will/shall ... refund*', 'refund* ... {amount}', '{amount} ... refund*',
    'refund* has/have/is/was/were ... approved/issued/processed/granted', 'credit* ... {amount}', '{amount} ... credit*',
    'erstatt* ... {amount}', '{amount} ... erstatt*', 'wir erstatten', 'rembours* ... {amount}', '{amount} ... rembours*',
    'nous ... rembours*', 'reembols* ... {amount}', '{amount} ... reembols*', 'le reembols*',
  ],
  date: [
    'we/I/colleague/colleagues/team/engineer/engineers/developer/developers/somebody/someone ... will/can/shall ... {date}',
    'will/should ... be ... fixed/solved/resolved/released/ready/available/live/shipped/delivered/done/implemented/restored/back ... {date}',
    'fix/release/solution/feature ... will/comes/arrives/lands ... {date}', 'wird/werden ... {date} ... behoben/fertig/verfügbar/erledigt/geliefert',
    'sera/seront ... {date}', 'estará/estarán/será ... {date}', 'we/I guarantee/promise ... {date}',
  ],
  discount: [
    '{percent} off/discount/rabatt/nachlass/remise/descuento', '{amount} off', 'discount* of/for/on ... {percent}/{amount}', 'rabatt von ... {percent}',
    'remise de ... {percent}', 'descuento de* ... {percent}', 'we/I will/can/have/shall ... discount*', 'free month/months/year/upgrade',
    'month/months/year for free', 'months/month free', 'special/reduced price/rate/offer for you', 'we/I will/can/have ... waive*',
  ],
  legal: [
    'we/I guarantee*', 'we/I ... promise*', 'we/I ... liable', 'accept*/admit* ... liability/fault', 'take/takes/accept full responsibility', 'legally binding',
    'binding agreement/offer/commitment', 'you are/will ... entitled to ... compensation/damages', 'we/I will/can/shall ... compensate*',
    'indemnif*', 'hereby agree/commit/undertake/waive/confirm', 'wir haften', 'wir garantieren', 'nous garantissons', 'garantizamos',
  ],
  'legal advice': [
    'you should/could/can/may/must ... sue/litigate', 'you have ... right to ... sue/damages', 'my/our legal advice', 'under ... law/act/gdpr you ...',
    'breach of contract', 'this is/was illegal/unlawful', 'take them/us/him/her to court',
  ],
  'medical advice': [
    'you should/could/can/may/must ... take ... mg/pills/tablets/medication/ibuprofen/paracetamol/aspirin', 'stop/start/keep taking your/the/this',
    'my/our medical advice', 'your symptoms ... suggest/mean/indicate', 'you probably/likely/may have ... infection/injury/disease/condition',
  ],
}; // biome-ignore format: phrases by topic

export const repliesSchema = z.strictObject({
  tone: toneSchema.prefault({}).describe('How drafts sound'),
  teams: z
    .record(z.string().min(1).max(80), teamVoiceSchema)
    .default({})
    .describe('Another tone or signature for a team of the taxonomy'),
  links: z
    .array(z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i, 'a host such as status.example.com'))
    .default([])
    .describe('Hosts that drafts may link to besides the knowledge articles'),
  promises: z
    .record(z.string().min(1).max(60), z.array(z.string().min(3).max(200)).max(100))
    .default({})
    .transform((given) => ({ ...PROMISES, ...given }))
    .describe(
      'Phrases by topic that no draft may promise; a topic replaces its default, an empty list ends it',
    ),
});
