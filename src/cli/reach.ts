// Whether a platform's events would find the bot at its public address: knocks at its door without a signature.
import { errorText } from '../model/errors.ts';

const PATIENCE_MS = 8_000;

/**
 * In words, for `setup`. `door`: the address that the platform posts to. A bot that is there refuses what nobody
 * signed (401); anything else is another server, a tunnel that leads nowhere, or a bot without this platform.
 */
export async function reachability(
  door: string,
  send: typeof fetch,
): Promise<{ ok: boolean; words: string }> {
  const headers = { 'content-type': 'application/json' };
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { status } = await send(door, { method: 'POST', headers, body: '{}', signal, redirect: 'manual' });
    if (status === 401 || status === 403) return { ok: true, words: `${door} leads to this door of a bot` };
    const why =
      status === 404
        ? 'the bot there was started without this platform’s variables, or another server answers'
        : 'another server answers, or a proxy in front of the bot';
    return { ok: false, words: `${door} answers ${status} instead of 401: ${why}` };
  } catch (error) {
    return {
      ok: false,
      words: `${door} does not answer (${causeOf(error)}): start the bot, and let a proxy or tunnel lead there`,
    };
  }
}

/** What `fetch` says hides behind "fetch failed". */
function causeOf(error: unknown): string {
  return errorText(error instanceof Error && error.cause ? error.cause : error);
}
