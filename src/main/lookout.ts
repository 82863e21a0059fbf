// What people must know without asking: parts that cannot be reached, channels that take no cards, how far the indexing is.
import type { YamlConfig } from '../config/schema.ts';
import { errorText } from '../model/errors.ts';
import type { Bus, ChatPlatform, EngineProgress, Health, Log, WorkspaceStatus } from '../ports.ts';
import { checkChannels } from './channels.ts';

/** How often progress of the indexing is told to the browsers. */
const STATUS_EVERY_MS = 700;
/** How often the parts are asked how they are, for the banner. */
const HEALTH_EVERY_MS = 5_000;
/** How often platforms are asked whether cards can be posted to their channels. */
const CHANNELS_EVERY_MS = 120_000;

export interface Lookout {
  status(): WorkspaceStatus;
  /** Begins to ask `parts` how they are, and `platforms` about the channels of the configuration. */
  watch(
    parts: readonly { health(): Promise<Health> }[],
    platforms: ReadonlyMap<string, ChatPlatform>,
    settings: Pick<YamlConfig, 'channels' | 'routes'>,
  ): void;
  stop(): void;
}

/** Knows the workspace's status; changes are told on the bus topic `status`. */
export function createLookout(deps: {
  sample: boolean;
  progress(): EngineProgress;
  bus: Bus;
  log: Log;
}): Lookout {
  const { bus, log } = deps;
  let unwell: string[] = [];
  let channelFaults: string[] = [];
  let told = '';
  const timers: NodeJS.Timeout[] = [];

  const status = (): WorkspaceStatus => {
    const { ready, indexed, total } = deps.progress();
    const notices = [...unwell, ...channelFaults];
    return { sample: deps.sample, indexing: ready ? null : { indexed, total }, notices };
  };

  function tellStatus(): void {
    const now = JSON.stringify(status());
    if (now === told) return;
    told = now;
    bus
      .publish('status', JSON.parse(now))
      .catch((error: unknown) => log.debug({ reason: errorText(error) }, 'status not told'));
  }

  return {
    status,
    watch(parts, platforms, settings) {
      /** A part that cannot be reached. */
      const lookAround = async () => {
        const healths = await Promise.all(
          parts.map((part) =>
            part.health().catch((error: unknown) => ({ ok: false, detail: errorText(error) })),
          ),
        );
        unwell = healths.filter(({ ok }) => !ok).map(({ detail }) => detail);
      };
      /** A route that leads nowhere is found now, not at the first ticket. */
      const lookAtChannels = async () => {
        const checked = Object.entries(await checkChannels(settings, platforms));
        const faults = checked
          .filter(([, { ok }]) => !ok)
          .map(([target, { detail }]) => `${target}: ${detail}`);
        for (const fault of faults.filter((one) => !channelFaults.includes(one)))
          log.warn({ fault }, 'cards cannot be posted to a channel');
        channelFaults = faults;
      };
      timers.push(
        setInterval(tellStatus, STATUS_EVERY_MS),
        setInterval(() => void lookAround(), HEALTH_EVERY_MS),
        setInterval(() => void lookAtChannels(), CHANNELS_EVERY_MS),
      );
      void lookAtChannels();
    },
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
