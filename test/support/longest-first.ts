// The order of test files: those that take longest begin first, so that no worker is left alone with one at the end.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first. By their size, which vitest goes by, contract tests would come last: they are a few lines each. */
const LONGEST = [
  /e2e\/(morning|closed-loop)|chat\/(slack|any-card)\.test/,
  /-contract\.test|closed-loop|command-line|attacks/,
  /\/e2e\/|\/faults\/|-browser|clusters\.test|hostile-text|infra\/(postgres|queue)|three-platforms/,
];

const rank = ({ moduleId }: TestSpecification) => {
  const found = LONGEST.findIndex((pattern) => pattern.test(moduleId));
  return found < 0 ? LONGEST.length : found;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
