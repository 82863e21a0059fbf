// What is promised to customers, as people write it in the configuration; apart, since pages in the browser need no schemas.
import { z } from 'zod';
import { MINUTE_MS } from './duration.ts';

const LONGEST_MINUTES = 90 * 24 * 60;
const DURATION = 'a duration such as 30m, 4h or 1h30m, at most 2160h';

/** `1h30m`, in milliseconds. */
const duration = z
  .string()
  .regex(/^(?=\d)(\d{1,5}h)?(\d{1,6}m)?$/, DURATION)
  .transform((text) => {
    const [, hours = '0', minutes = '0'] = /^(?:(\d+)h)?(?:(\d+)m)?$/.exec(text) ?? [];
    return Number(hours) * 60 + Number(minutes);
  })
  .refine((minutes) => minutes > 0 && minutes <= LONGEST_MINUTES, DURATION)
  .transform((minutes) => minutes * MINUTE_MS);

/** What is promised, as people write it; times become milliseconds. */
export const promiseSchema = z.strictObject({
  firstAnswer: duration.optional().describe('Until the first answer, e.g. 30m'),
  resolution: duration.optional().describe('Until it is solved, without the time it waits for the customer'),
  hours: z
    .enum(['business', 'always'])
    .default('business')
    .describe('always: round the clock, whatever businessHours says'),
});
export type Promised = z.infer<typeof promiseSchema>;
