// Time limits for work that may never settle.

/** Settles like `work`, or rejects with `late()` after `ms`. The work itself goes on; its outcome is then ignored. */
export async function withDeadline<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** The same for work that is told by a signal that its time is over, and that may ignore it. */
export function withSignal<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  late: () => Error,
): Promise<T> {
  const signal = AbortSignal.timeout(ms);
  const limit = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(late()));
  });
  return Promise.race([work(signal), limit]);
}
