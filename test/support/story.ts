// Tests that tell one story: each goes on where the one before it ended.
import { beforeEach } from 'vitest';

/**
 * Within a `describe`: once a part has failed, the parts after it are skipped, not waited for, and what
 * `evidence` complains of is printed, and its end.
 */
export function tellAsOneStory(evidence: () => string | undefined): void {
  let broken: string | null = null;
  beforeEach(({ skip, task, onTestFailed }) => {
    if (broken) skip(`needs "${broken}"`);
    onTestFailed(() => {
      broken ??= task.name;
      const said = evidence() ?? '';
      const complaints = said.split('\n').filter((line) => /^\{"level":"(?:warn|error)"/.test(line));
      console.log([...complaints.slice(-20), said.slice(-3_000)].join('\n'));
    });
  });
}
