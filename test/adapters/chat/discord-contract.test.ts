// Discord: the contract of chat platforms, with the real discord.js against an in-process REST and gateway.
import { chatPlatformContract } from '../../contracts/chat-platform.ts';
import { openDiscordWorld } from '../../support/discord-world.ts';

chatPlatformContract('discord', openDiscordWorld);
