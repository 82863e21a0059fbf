// What Slack takes, in characters and counts; everything that is rendered keeps to it.

/**
 * Sources: https://docs.slack.dev/reference/block-kit/blocks and /block-elements, /composition-objects,
 * https://docs.slack.dev/reference/views, https://docs.slack.dev/reference/methods/chat.postMessage.
 */
export const LIMITS = {
  message: {
    blocks: 50,
    /** Not documented: `msg_blocks_too_long` from about 13,200 characters of JSON on (slackapi/bolt-js#2509). */
    total: 12_000,
    /** Cut by Slack beyond 4,000; a notification shows far less. */
    text: 1_000,
  },
  header: 150,
  /** Text of a section, a context element, and (observed) of one rich text element. */
  section: 3_000,
  contextElements: 10,
  alert: 200,
  actionElements: 25,
  button: { text: 75, value: 2_000, confirmTitle: 100, confirmText: 300, confirmButton: 30 },
  overflowOptions: 5,
  option: { text: 75, value: 75 },
  selectOptions: 100,
  optionGroups: 100,
  radioOptions: 10,
  table: { rows: 100, columns: 20, characters: 10_000 },
  url: 3_000,
  id: 255,
  modal: { title: 24, button: 24, blocks: 100, metadata: 3_000 },
  input: { label: 2_000, hint: 2_000, text: 3_000, placeholder: 150 },
} as const;

const TIER_3 = { burst: 20, everyMs: 1_200 };
const TIER_4 = { burst: 20, everyMs: 600 };

/**
 * Rates of calls (https://docs.slack.dev/apis/web-api/rate-limits), a little below what is allowed. Posting is
 * counted per channel, about one a second with short bursts; the others for the whole workspace.
 */
export const RATES = {
  'chat.postMessage': { burst: 5, everyMs: 1_035 },
  'chat.update': TIER_3,
  'chat.postEphemeral': TIER_4,
  'conversations.history': TIER_3,
  'conversations.info': TIER_3,
  'conversations.replies': TIER_3,
  'reactions.add': TIER_3,
  'users.conversations': TIER_3,
  'users.lookupByEmail': TIER_3,
  'auth.test': TIER_4,
  'users.info': TIER_4,
  'views.open': TIER_4,
  'views.publish': TIER_4,
  'views.update': TIER_4,
  /** Not documented for response URLs. */
  'response URL': TIER_4,
  /** Three calls for each file, the tightest of which counts. */
  files: TIER_4,
} as const;
