// One update of a message at a time: while one waits, newer ones take its place, so that the newest wins.

interface Lane<T> {
  waiting: { value: T; done: Promise<void> } | null;
  running: Promise<void>;
  users: number;
}

/**
 * `send` waits for its turn, then calls `take` once for what is newest and sends that; `newest` looks without
 * taking. All callers whose values were replaced share the outcome of the one that was sent.
 */
export function createCoalescer<T>(
  send: (key: string, take: () => T, newest: () => T) => Promise<void>,
): (key: string, value: T) => Promise<void> {
  const lanes = new Map<string, Lane<T>>();
  return (key, value) => {
    const lane = lanes.get(key) ?? { waiting: null, running: Promise.resolve(), users: 0 };
    lanes.set(key, lane);
    if (lane.waiting) {
      lane.waiting.value = value;
      return lane.waiting.done;
    }
    const entry: NonNullable<Lane<T>['waiting']> = { value, done: Promise.resolve() };
    const take = () => {
      if (lane.waiting === entry) lane.waiting = null;
      return entry.value;
    };
    lane.users += 1;
    entry.done = lane.running
      .catch(() => undefined)
      .then(() => send(key, take, () => entry.value))
      .finally(() => {
        take();
        lane.users -= 1;
        if (lane.users === 0) lanes.delete(key);
      });
    lane.waiting = entry;
    lane.running = entry.done;
    return entry.done;
  };
}
