// Activities as Teams posts them, shortened and with invented ids.

const tenant = '22222222-2222-2222-2222-222222222222';
const bot = { id: '28:11111111-1111-1111-1111-111111111111', name: 'Deskhand' };

const inChannel = {
  channelId: 'msteams',
  serviceUrl: 'https://smba.trafficmanager.net/emea/22222222-2222-2222-2222-222222222222/',
  from: { id: '29:1abcDEF', name: 'Ana Lima', aadObjectId: '99999999-0000-0000-0000-000000000001' },
  conversation: {
    isGroup: true,
    conversationType: 'channel',
    tenantId: tenant,
    id: '19:0f2e@thread.tacv2;messageid=1772000000001',
  },
  recipient: bot,
  entities: [
    { locale: 'en-GB', country: 'GB', platform: 'Web', timezone: 'Europe/London', type: 'clientInfo' },
  ],
  channelData: {
    teamsChannelId: '19:0f2e@thread.tacv2',
    teamsTeamId: '19:77aa@thread.tacv2',
    channel: { id: '19:0f2e@thread.tacv2' },
    team: { id: '19:77aa@thread.tacv2' },
    tenant: { id: tenant },
  },
  locale: 'en-GB',
  localTimezone: 'Europe/London',
};

export const approve = {
  ...inChannel,
  name: 'adaptiveCard/action',
  type: 'invoke',
  id: 'f:7d8e2b1c-0000-4000-8000-000000000001',
  replyToId: '1772000000001',
  value: {
    action: {
      type: 'Action.Execute',
      title: 'Approve & send',
      verb: 'approve',
      data: { action: 'approve', ref: { ticketId: 'T-1042', draftVersion: 3 } },
    },
    trigger: 'manual',
  },
};

export const editInCard = {
  ...approve,
  value: {
    action: {
      type: 'Action.Execute',
      title: 'Send',
      verb: 'submit:edit',
      data: {
        action: 'submit:edit',
        ref: { ticketId: 'T-1042', draftVersion: 3 },
        text: 'Dear Maria,\r\nhere it is.',
        then: 'resolve',
      },
    },
    trigger: 'manual',
  },
};

export const openEscalate = {
  ...inChannel,
  name: 'task/fetch',
  type: 'invoke',
  id: 'f:7d8e2b1c-0000-4000-8000-000000000002',
  replyToId: '1772000000001',
  value: {
    data: {
      msteams: { type: 'task/fetch' },
      action: 'form:escalate',
      ref: { ticketId: 'T-1042', draftVersion: 3 },
      type: 'task/fetch',
    },
    context: { theme: 'default' },
  },
};

export const snooze = {
  ...openEscalate,
  name: 'task/submit',
  value: {
    data: {
      action: 'submit:snooze',
      ref: { ticketId: 'T-1042', draftVersion: 3 },
      timeZone: 'Europe/London',
      until: '2026-07-01T08:00:00.000Z',
      'until.date': '2026-07-06',
      'until.time': '09:30',
    },
    context: { theme: 'default' },
  },
};

export const mention = {
  ...inChannel,
  type: 'message',
  id: '1772000000009',
  textFormat: 'plain',
  text: '<at>Deskhand</at>&nbsp;send: 2 &lt; 3 &amp; <at>Ben</at> agrees\r\nsecond line ',
  attachments: [{ contentType: 'text/html', content: '<div><p>…</p></div>' }],
  entities: [
    ...inChannel.entities,
    { type: 'mention', text: '<at>Deskhand</at>', mentioned: bot },
    { type: 'mention', text: '<at>Ben</at>', mentioned: { id: '29:1ben', name: 'Ben Okri' } },
  ],
};
