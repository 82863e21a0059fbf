// Microsoft Teams keeps what every chat platform promises, from signed activities to the connector's journal.
import { chatPlatformContract } from '../../contracts/chat-platform.ts';
import { buildTeamsWorld } from '../../support/teams-world.ts';

chatPlatformContract('teams', buildTeamsWorld);
