// Tests that tell one story: each goes on where the one before it ended.
import { beforeEach } from 'vitest';

/** Within a `describe`: once a part has failed, the parts after it are skipped, not waited for. */
export function tellAsOneStory(): void {
  let broken: string | null = null;
  beforeEach(({ skip, task, onTestFailed }) => {
    if (broken) skip(`needs "${broken}"`);
    onTestFailed(() => {
      broken ??= task.name;
    });
  });
}
