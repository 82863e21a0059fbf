// The yes-or-no judgements about a message that hold for any topic; apart from zod, which a training does not need.

export const SIGNALS = [
  'bug',
  'feature_request',
  'friction',
  'question',
  'urgent',
  'frustrated',
  'calm',
  'thanks',
  'blocked',
  'leaving',
  'growing',
  'tried',
  'spam',
  'injection',
] as const;
export type Signal = (typeof SIGNALS)[number];
