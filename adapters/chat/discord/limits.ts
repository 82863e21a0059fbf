// Discord's limits, each with its source. Lengths are counted in UTF-16 units, which never count less than Discord does.

export const LIMITS = {
  /** https://discord.com/developers/docs/components/reference#component-object (all, nested ones included). */
  components: 40,
  /** Over all text displays of a message, same page. */
  text: 4_000,
  customId: 100,
  /** https://discord.com/developers/docs/components/reference#button */
  buttonLabel: 80,
  buttonUrl: 512,
  /** https://discord.com/developers/docs/components/reference#action-row */
  buttonsPerRow: 5,
  /** https://discord.com/developers/docs/components/reference#string-select */
  options: 25,
  optionText: 100,
  /** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-modal */
  modalTitle: 45,
  modalParts: 5,
  /** https://discord.com/developers/docs/components/reference#label */
  label: 45,
  description: 100,
  /** https://discord.com/developers/docs/components/reference#text-input */
  input: 4_000,
  /** https://discord.com/developers/docs/resources/message#create-message */
  content: 2_000,
  nonce: 25,
  /** https://discord.com/developers/docs/resources/channel#start-thread-from-message */
  threadName: 100,
  /** https://discord.com/developers/docs/components/reference#media-gallery */
  galleryDescription: 1_024,
} as const;

/**
 * Calls of the whole bot, answers to interactions aside: with these, never more than 50 in a second, whichever replica
 * makes them. https://discord.com/developers/docs/topics/rate-limits#global-rate-limit. What a single route takes is
 * told by its answers only.
 */
export const RATE = { burst: 15, everyMs: 30 } as const;

/** An interaction must be answered within 3 s; this leaves the answer a second for the way. */
export const ANSWER_WITHIN_MS = 2_000;
