// The one comment that is kept up to date, whatever the tracker.
import { hasCode } from './errors.ts';

/**
 * Writes over the comment `known`, or over the one that `find` finds when it is not known whether an earlier attempt
 * made it; makes a new one where there is none or somebody has deleted it. Answers its id.
 */
export async function writeOver(comment: {
  known: string | null;
  find(): Promise<string | null>;
  update(id: string): Promise<unknown>;
  create(): Promise<string>;
}): Promise<string> {
  const id = comment.known ?? (await comment.find());
  if (id === null) return comment.create();
  try {
    await comment.update(id);
    return id;
  } catch (error) {
    if (hasCode(error, 'tracker_missing')) return comment.create();
    throw error;
  }
}
