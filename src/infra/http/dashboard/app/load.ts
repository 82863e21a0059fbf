// Asks the bot, and remembers the last answer while the next one is on its way.
import { useEffect, useState } from 'preact/hooks';

export interface Loaded<T> {
  value: T | null;
  /** Something newer is being fetched. */
  loading: boolean;
  /** Why there is nothing newer, in words. */
  failure: string | null;
  again(): void;
}

const LIMIT_MS = 30_000;

/** Fetches JSON from an address of ours. A refusal is thrown as its message. */
export async function fetchJson<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(path, { signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]) });
  // Signed out meanwhile: the page itself says how to come in.
  if (response.status === 401) location.reload();
  const value = await response.json();
  if (!response.ok) throw new Error(value.error?.message ?? 'The bot could not answer.');
  return value;
}

/** In words why `fetchJson` failed. */
export function reasonOf(error: unknown): string {
  if (error instanceof TypeError) return 'The bot cannot be reached.';
  if (error instanceof DOMException) return 'The bot takes too long to answer.';
  return error instanceof Error ? error.message : String(error);
}

/** What is older than this is asked for again when somebody comes back to the page. */
const STALE_MS = 60_000;

/** What stands at `path` now; a later path replaces an earlier one that is still under way. */
export function useLoaded<T>(path: string): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, 'again'>>({ value: null, loading: true, failure: null });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    setState((now) => ({ ...now, loading: true }));
    fetchJson<T>(path, leaving.signal).then(
      (value) => setState({ value, loading: false, failure: null }),
      (error: unknown) => {
        if (!leaving.signal.aborted)
          setState((now) => ({ ...now, loading: false, failure: reasonOf(error) }));
      },
    );
    return () => leaving.abort();
  }, [path, round]);
  useEffect(() => {
    const loadedAt = Date.now();
    const comeBack = () => {
      if (Date.now() - loadedAt > STALE_MS) setRound((n) => n + 1);
    };
    addEventListener('focus', comeBack);
    return () => removeEventListener('focus', comeBack);
  }, [state.value]);
  return { ...state, again: () => setRound((n) => n + 1) };
}
