// Whether cards can be posted wherever the configuration sends them: asked at the start and by `doctor`, not at the first ticket.
import type { YamlConfig } from '../config/schema.ts';
import { parseTarget } from '../flows/route.ts';
import { withDeadline } from '../model/deadline.ts';
import { errorText } from '../model/errors.ts';
import type { ChatPlatform, Health } from '../ports.ts';

/** Longest that one channel may take to answer. */
const PATIENCE_MS = 15_000;

/** Every `platform:channel` of `channels` and `routes`, with what its platform says of it. */
export async function checkChannels(
  { channels, routes }: Pick<YamlConfig, 'channels' | 'routes'>,
  platforms: ReadonlyMap<string, ChatPlatform>,
): Promise<Record<string, Health>> {
  const named = [...Object.values(channels), ...routes.map(({ to }) => to)].flat();
  const targets = new Set(named.filter((target) => target !== undefined));
  const checked = await Promise.all(
    [...targets].map(async (target) => [target, await check(target, platforms)] as const),
  );
  return Object.fromEntries(checked);
}

async function check(target: string, platforms: ReadonlyMap<string, ChatPlatform>): Promise<Health> {
  const { platform: id, channel } = parseTarget(target);
  const platform = platforms.get(id);
  if (!platform)
    return {
      ok: false,
      detail: `${id} is not set up, so its cards go to the fallback channel; \`deskhand setup\` tells how`,
    };
  if (!platform.check) return { ok: true, detail: 'not checked' };
  const late = () => new Error(`${id} did not answer within ${PATIENCE_MS / 1_000} s`);
  return withDeadline(PATIENCE_MS, platform.check(channel), late).catch((error: unknown) => ({
    ok: false,
    detail: errorText(error),
  }));
}
