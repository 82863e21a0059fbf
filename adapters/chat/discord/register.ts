// Registers the commands without a running bot, for `deskhand setup discord`.
import type { RateLimiter } from '../../../src/ports.ts';
import { createApi } from './api.ts';
import { COMMANDS } from './commands.ts';
import type { DiscordConfig } from './config.ts';

const TIMEOUT_MS = 8_000;

/** Answers the names of what people find from now on. AppError as Discord refused it. */
export async function registerCommands(
  config: DiscordConfig,
  deps: { fetch: typeof fetch; limiter: RateLimiter },
): Promise<string[]> {
  const api = createApi({ ...config, ...deps, timeoutMs: TIMEOUT_MS });
  try {
    await api.putCommands(COMMANDS);
    return COMMANDS.map(({ name }) => name);
  } finally {
    api.close();
  }
}
