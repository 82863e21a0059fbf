// Where cards go: channels by id or name, threads under cards, and whether the bot may write there.
import { type APIChannel, ChannelType, PermissionFlagsBits } from 'discord.js';
import { AppError } from '../../../src/model/errors.ts';
import type { DiscordApi } from './api.ts';

/** What the bot must be allowed in a channel, with Discord's own words for it. */
const NEEDED: [bigint, string][] = [
  [PermissionFlagsBits.ViewChannel, 'View Channel'],
  [PermissionFlagsBits.SendMessages, 'Send Messages'],
  [PermissionFlagsBits.CreatePublicThreads, 'Create Public Threads'],
  [PermissionFlagsBits.SendMessagesInThreads, 'Send Messages in Threads'],
  [PermissionFlagsBits.ReadMessageHistory, 'Read Message History'],
  [PermissionFlagsBits.AttachFiles, 'Attach Files'],
];

const WRITABLE = [ChannelType.GuildText, ChannelType.GuildAnnouncement];

export function createChannels(api: DiscordApi) {
  const byName = new Map<string, Promise<string>>();

  async function find(name: string): Promise<string> {
    const wanted = name.replace(/^#/, '').toLowerCase();
    for (const guild of await api.guilds())
      for (const channel of await api.guildChannels(guild.id))
        if (WRITABLE.includes(channel.type) && 'name' in channel && channel.name?.toLowerCase() === wanted)
          return channel.id;
    throw new AppError(
      'channel_gone',
      `There is no Discord channel "#${wanted}" that Deskhand can see. Invite the bot to its server, or name the channel by its id.`,
    );
  }

  return {
    /** `#support` or an id -> the id. */
    async resolve(channel: string): Promise<string> {
      if (/^\d{15,21}$/.test(channel)) return channel;
      const finding = byName.get(channel) ?? find(channel);
      byName.set(channel, finding);
      // A name that is not there now may be there later.
      finding.catch(() => byName.delete(channel));
      return finding;
    },

    /** What is wrong with a channel of the configuration, with the remedy; null when cards can be posted there. */
    async check(channel: string, botId: string): Promise<string | null> {
      try {
        const found = await api.channel(await this.resolve(channel));
        if (!WRITABLE.includes(found.type)) return `${channel} is not a text channel`;
        const missing = await missingPermissions(found, botId);
        return missing.length > 0 ? `${channel}: the bot's role needs ${missing.join(', ')}` : null;
      } catch (error) {
        if (error instanceof AppError && !error.retryable) return `${channel}: ${error.message}`;
        throw error;
      }
    },
  };

  /** https://discord.com/developers/docs/topics/permissions#permission-overwrites */
  async function missingPermissions(channel: APIChannel, botId: string): Promise<string[]> {
    if (!('guild_id' in channel) || !channel.guild_id) return [];
    const [roles, member] = await Promise.all([
      api.roles(channel.guild_id),
      api.member(channel.guild_id, botId),
    ]);
    const mine = new Set([channel.guild_id, ...member.roles]);
    let allowed = roles
      .filter(({ id }) => mine.has(id))
      .reduce((sum, role) => sum | BigInt(role.permissions), 0n);
    if (allowed & PermissionFlagsBits.Administrator) return [];
    const overwrites = 'permission_overwrites' in channel ? (channel.permission_overwrites ?? []) : [];
    const groups = [
      overwrites.filter(({ id }) => id === channel.guild_id),
      overwrites.filter(({ id }) => id !== channel.guild_id && mine.has(id)),
      overwrites.filter(({ id }) => id === botId),
    ];
    for (const group of groups) {
      allowed &= ~group.reduce((sum, { deny }) => sum | BigInt(deny), 0n);
      allowed |= group.reduce((sum, { allow }) => sum | BigInt(allow), 0n);
    }
    return NEEDED.filter(([flag]) => !(allowed & flag)).map(([, name]) => name);
  }
}
