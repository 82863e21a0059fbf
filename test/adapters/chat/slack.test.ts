// Slack keeps the contract of chat platforms, over HTTP and over Socket Mode.
import { chatPlatformContract } from '../../contracts/chat-platform.ts';
import { slackWorld } from '../../support/slack-world.ts';

chatPlatformContract('Slack over HTTP', () => slackWorld('http'));
chatPlatformContract('Slack over Socket Mode', () => slackWorld('socket'));
