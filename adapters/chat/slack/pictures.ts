// Charts of a card as files of the workspace, so that they can be seen whether or not Slack can reach this bot.
import { createHash } from 'node:crypto';
import type { webApi } from '@slack/bolt';
import { z } from 'zod';
import type { Card } from '../../../src/model/card.ts';
import type { Log } from '../../../src/ports.ts';
import { slackCode } from './errors.ts';

/** Slack's ids of a card's pictures; what is missing is shown in words. */
export type FileIds = ReadonlyMap<Uint8Array, string>;

/** Ids that are remembered, so that a card that changes does not bring its pictures again. */
const KEPT = 200;
/** Until the app has the scope, one line in the log is enough. */
const NO_SCOPE = ['missing_scope', 'not_allowed_token_type'];

const uploadedSchema = z.looseObject({
  files: z.array(z.looseObject({ files: z.array(z.looseObject({ id: z.string() })).min(1) })).min(1),
});

/** Uploads the charts of cards. Never fails: a picture that cannot be brought is left out. */
export function createPictures({
  client,
  log,
  call,
}: {
  client: webApi.WebClient;
  log: Log;
  /** Within Slack's rates; errors come as AppErrors. */
  call<T>(send: () => Promise<T>): Promise<T>;
}) {
  const known = new Map<string, string>();
  let forbidden = false;

  async function upload(png: Uint8Array, title: string, alt: string): Promise<string | null> {
    const hash = createHash('sha256').update(png).digest('base64url');
    const before = known.get(hash);
    if (before) return before;
    try {
      const result = uploadedSchema.parse(
        // https://docs.slack.dev/reference/methods/files.completeUploadExternal: without a channel nobody is told.
        await call(() =>
          client.filesUploadV2({ file: Buffer.from(png), filename: 'chart.png', title, alt_text: alt }),
        ),
      );
      const id = result.files[0]?.files[0]?.id ?? null;
      if (id) known.set(hash, id);
      const oldest = known.keys().next().value;
      if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
      return id;
    } catch (error) {
      const code = slackCode(error);
      forbidden = code !== undefined && code !== null && NO_SCOPE.includes(code);
      log.warn(
        { reason: code ?? String(error) },
        forbidden
          ? 'Slack shows charts in words: the app lacks the scope files:write, see `deskhand setup slack`'
          : 'a chart could not be uploaded to Slack and is shown in words',
      );
      return null;
    }
  }

  return async function pictures(card: Card): Promise<FileIds> {
    const ids = new Map<Uint8Array, string>();
    for (const block of card.blocks) {
      if (block.type !== 'chart' || forbidden) continue;
      const id = await upload(block.png, block.title, block.alt);
      if (id) ids.set(block.png, id);
    }
    return ids;
  };
}
