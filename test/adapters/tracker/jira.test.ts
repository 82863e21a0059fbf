// Jira keeps the promises of a tracker: the real jira.js against a double that enforces Jira's limits.
import { expect, test } from 'vitest';
import { trackerContract } from '../../contracts/tracker.ts';
import { createJiraWorld } from '../../support/jira-world.ts';

trackerContract('jira', createJiraWorld);

test.each([
  { resolution: 'Done', fixVersions: [{ released: false }], state: 'merged' },
  { resolution: 'Done', fixVersions: [{ released: true }], state: 'fixed' },
  { resolution: "Won't Do", fixVersions: [{ released: false }], state: 'not_planned' },
  { resolution: null, fixVersions: [], state: 'fixed' },
  { resolution: 'Known Error', fixVersions: [], state: 'fixed' },
])(
  'Jira: $resolution with the versions $fixVersions is $state',
  async ({ resolution, fixVersions, state }) => {
    const world = await createJiraWorld();
    try {
      const jira = world.create();
      const signal = AbortSignal.timeout(5_000);
      const { id } = await jira.create({ title: 'Empty PDF', marker: 'deskhand-a', parts: [] }, signal);
      world.double.close(id, resolution, { fixVersions });
      expect(await jira.get(id, signal)).toMatchObject({ state });
    } finally {
      await world.remove();
    }
  },
);

test('Jira: a refusal is told in its own words, field by field', async () => {
  const world = await createJiraWorld();
  try {
    const body = JSON.stringify({
      errorMessages: [],
      errors: { issuetype: 'Specify a valid issue type' },
    });
    world.faults.push({ kind: 'status', status: 400, body });
    await expect(
      world
        .create()
        .create({ title: 'Empty PDF', marker: 'deskhand-a', parts: [] }, AbortSignal.timeout(5_000)),
    ).rejects.toThrow('Jira refuses that (issuetype: Specify a valid issue type).');
  } finally {
    await world.remove();
  }
});
