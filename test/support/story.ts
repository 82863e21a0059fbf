// Tests that tell one story: each goes on where the one before it ended.
import { beforeEach } from 'vitest';

/**
 * Within a `describe`: once a part has failed, the parts after it are skipped, not waited for, and the end of
 * `evidence` is printed.
 */
export function tellAsOneStory(evidence: () => string | undefined): void {
  let broken: string | null = null;
  beforeEach(({ skip, task, onTestFailed }) => {
    if (broken) skip(`needs "${broken}"`);
    onTestFailed(() => {
      broken ??= task.name;
      console.log(evidence()?.slice(-3_000));
    });
  });
}
