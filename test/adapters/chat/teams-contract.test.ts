// Microsoft Teams keeps what every chat platform promises, from signed activities to the connector's journal.
import { afterAll, beforeAll, vi } from 'vitest';
import { chatPlatformContract } from '../../contracts/chat-platform.ts';
import { buildTeamsWorld } from '../../support/teams-world.ts';

// The SDK writes every refused token to the console itself.
beforeAll(() => {
  vi.spyOn(console, 'error').mockReturnValue();
});
afterAll(() => {
  vi.restoreAllMocks();
});

chatPlatformContract('teams', buildTeamsWorld);
