// JSON of a far end, which may be none.

/** What a text or its bytes (UTF-8) hold as JSON; null where they hold none. Whoever reads it checks its form. */
export function parseJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text));
  } catch {
    return null;
  }
}
