// The console keeps what every chat platform promises.
import { chatPlatformContract } from '../../contracts/chat-platform.ts';
import { consoleWorld } from '../../support/console-world.ts';

chatPlatformContract('console', consoleWorld, { farEnd: false });
