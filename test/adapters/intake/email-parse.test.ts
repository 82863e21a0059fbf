// Raw mail -> message: what people meant to say, whatever their program made of it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMail } from '../../../adapters/intake/email/parse.ts';
import { MAX_TEXT } from '../../../src/model/message.ts';

const OURS = { mailbox: 'support', own: ['support@desk.example'] };

function mail(body: string, headers: Record<string, string> = {}): Buffer {
  const all: Record<string, string> = {
    From: 'Ana <ana@customer.example>',
    To: 'support@desk.example',
    Subject: 'Invoice',
    'Message-ID': '<m1@customer.example>',
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([...head, '', body.replace(/\n/g, '\r\n')].join('\r\n'));
}
const parse = (raw: Uint8Array) => parseMail(raw, OURS);
const html = (body: string) => parse(mail(body, { 'Content-Type': 'text/html; charset=utf-8' }));

const QUOTED: [string, string][] = [
  ['Gmail', 'On Mon, 3 Mar 2025 at 10:02, Support <support@desk.example> wrote:\n\n> We QUOTED you\n> twice'],
  [
    'Gmail, wrapped',
    'On Mon, 3 Mar 2025 at 10:02, Support of a long name\n<support@desk.example> wrote:\n> QUOTED',
  ],
  ['Apple Mail', '> On 3 Mar 2025, at 10:02, Support <support@desk.example> wrote:\n> \n> QUOTED'],
  ['Apple Mail, unmarked', 'On 3 Mar 2025, at 10:02, Support <support@desk.example> wrote:\n\nQUOTED'],
  [
    'Outlook',
    '________________________________\nFrom: Support <support@desk.example>\nSent: Monday, March 3, 2025\nTo: Ana\nSubject: Re: Invoice\n\nQUOTED',
  ],
  ['Outlook, bold', '*From:* Support\n*Sent:* Monday\n*To:* Ana\n*Subject:* Invoice\n\nQUOTED'],
  [
    'Outlook, German',
    'Von: Support <support@desk.example>\nGesendet: Montag, 3. März 2025\nAn: Ana\nBetreff: AW: Rechnung\n\nQUOTED',
  ],
  [
    'Outlook, French',
    'De : Support <support@desk.example>\nEnvoyé : lundi 3 mars 2025\nÀ : Ana\nObjet : RE: Facture\n\nQUOTED',
  ],
  ['original message', '-----Original Message-----\nFrom: Support\n\nQUOTED'],
  ['French', 'Le lun. 3 mars 2025 à 10:02, Support <support@desk.example> a écrit :\n> QUOTED'],
  ['German', 'Am Mo., 3. März 2025 um 10:02 Uhr schrieb Support <support@desk.example>:\n> QUOTED'],
  ['Spanish', 'El lun, 3 mar 2025 a las 10:02, Support (<support@desk.example>) escribió:\n> QUOTED'],
  ['Italian', 'Il giorno lun 3 mar 2025 alle ore 10:02 Support <support@desk.example> ha scritto:\n> QUOTED'],
  ['Dutch', 'Op ma 3 mrt 2025 om 10:02 schreef Support <support@desk.example>:\n> QUOTED'],
  ['Japanese', '2025年3月3日(月) 10:02 Support <support@desk.example>のメッセージ：\n> QUOTED'],
  ['Chinese', '在 2025年3月3日，Support <support@desk.example> 写道：\n> QUOTED'],
];
const SIGNED: [string, string][] = [
  ['standard mark', '-- \nAna Berg\nSIGNED Ltd'],
  ['mark without its blank', '--\nAna Berg\nSIGNED'],
  ['iPhone', 'Sent from my iPhone'],
  ['Outlook for iOS', 'Get Outlook for iOS<https://aka.ms/o0ukef>'],
  ['German phone', 'Von meinem iPhone gesendet'],
  ['company block', 'Kind regards,\nAna Berg\nHead of SIGNED\n+44 20 5555 5555\nwww.signed.example'],
];

describe('the words of this mail alone', () => {
  it.each(QUOTED)('leaves out the quote of %s, and keeps it for people', async (_program, quote) => {
    const message = await parse(mail(`It still fails.\nSee line 3: a > b\n\n${quote}\n`));
    expect(message.text).toBe('It still fails.\nSee line 3: a > b');
    expect(message.fullText).toContain('QUOTED');
  });

  it.each(SIGNED)('leaves out a signature: %s', async (_kind, signature) => {
    const { text, fullText } = await parse(mail(`Please cancel job 12.\n\n${signature}\n`));
    expect(text).toContain('Please cancel job 12.');
    expect(text).not.toMatch(/SIGNED|iPhone|Outlook/);
    expect(fullText).toContain(signature.split('\n')[0]?.trim());
  });

  it('keeps answers that stand between the quotes', async () => {
    const { text } = await parse(
      mail('On Mon, Support <s@desk.example> wrote:\n> Which plan?\nTeam.\n> Since when?\nMay.\n'),
    );
    expect(text).toBe('Team.\nMay.');
  });

  it('keeps a forwarded message: it is what the customer shows us', async () => {
    const { text } = await parse(
      mail(
        'What is this?\n\n---------- Forwarded message ---------\nFrom: Bank <b@bank.example>\nDate: Mon\nSubject: Declined\nTo: Ana\n\nCard declined',
      ),
    );
    expect(text).toContain('What is this?');
    expect(text).toContain('Card declined');
  });

  it.each([
    'On Friday my colleague wrote:\nthe job is stuck',
    'From: the settings page I get an error\nDate: today',
    'Thanks\nCan you look at job 12?',
    '> everything quoted',
  ])('does not take prose for a quote: %j', async (body) => {
    expect((await parse(mail(body))).text).toBe(body);
  });

  it('never lets a quote leak, and never loses a word, in replies of every program', async () => {
    const own = fc.array(fc.stringMatching(/^own[a-z]{2,8}( own[a-z]{2,8}){0,6}[.?]$/), {
      minLength: 1,
      maxLength: 6,
    });
    const quote = fc.array(fc.stringMatching(/^old[a-z]{2,8}( old[a-z]{2,8}){0,8}$/), {
      minLength: 1,
      maxLength: 6,
    });
    const head = fc.constantFrom(
      ...QUOTED.filter(([name]) => !name.startsWith('Apple Mail')).map(([, text]) => text),
    );
    await fc.assert(
      fc.asyncProperty(own, quote, head, fc.boolean(), async (mine, theirs, header, signed) => {
        const marked = header.includes('\n>');
        const below = theirs.map((line) => (marked ? `> ${line}` : line)).join('\n');
        const signature = signed ? '-- \noldname\n\n' : '';
        const { text } = await parse(mail(`${mine.join('\n')}\n\n${signature}${header}\n${below}\n`));
        expect(text).toBe(mine.join('\n'));
      }),
      { numRuns: 200 },
    );
  });
});

describe('HTML mail', () => {
  it('becomes the text that a person saw: blocks, lists and links, without the quote and the signature', async () => {
    const { text } = await html(
      '<head><title>no</title><style>p{}</style></head><div>Hello,<br>the <a href="https://x.example/job/1">job</a> fails:</div><ul><li>one<li>two</ul><script>steal()</script><div class="gmail_signature">Ana<br>CEO</div><div class="gmail_quote"><div>On Mon, 3 Mar 2025 at 10:02 Support &lt;support@desk.example&gt; wrote:</div><blockquote>OLD</blockquote></div>',
    );
    expect(text).toBe('Hello,\nthe job (https://x.example/job/1) fails:\n\n- one\n- two');
  });

  it.each([
    '<span style="display: none">HIDDEN</span>',
    '<div style="font-size:0px">HIDDEN</div>',
    '<div style="color:#ffffff">HIDDEN</div>',
    '<table bgcolor="#000000"><tr><td><font color="black">HIDDEN</font></td></tr></table>',
    '<p style="visibility:hidden">HIDDEN</p>',
    '<p style="opacity:0">HIDDEN</p>',
    '<div style="max-height:0;overflow:hidden">HIDDEN <b>HIDDEN</b></div>',
    '<p hidden>HIDDEN</p>',
    '<!-- HIDDEN -->',
  ])('leaves out what nobody could see: %s', async (hidden) => {
    expect((await html(`<p>seen</p>${hidden}<p>too</p>`)).text).toBe('seen\n\ntoo');
  });

  it('shows white text on a dark ground', async () => {
    expect((await html('<div style="background:#123456"><b style="color:white">seen</b></div>')).text).toBe(
      'seen',
    );
  });

  it.each([
    ['two million nested elements', '<div>'.repeat(2_000_000)],
    ['nested tables', '<table><tr><td>'.repeat(300_000)],
    ['nested quotes', '<blockquote>x'.repeat(500_000)],
    ['a million entities', '&amp;'.repeat(1_000_000)],
    ['nothing but brackets', '<'.repeat(4_000_000)],
    ['open comments', '<!--'.repeat(1_000_000)],
    ['stray ends', '</p>'.repeat(1_000_000)],
  ])('survives a bomb of %s', async (_kind, bomb) => {
    const { text } = await html(`<p>before the bomb</p>${bomb}`);
    expect(text).toContain('before the bomb');
    expect(text.length).toBeLessThanOrEqual(MAX_TEXT);
  });
});

describe('encodings', () => {
  it.each([
    ['iso-8859-1', Buffer.from('Grüße', 'latin1')],
    ['utf-8', Buffer.from('Grüße')],
    ['windows-1252', Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65])],
    ['utf-16le', Buffer.from('Grüße', 'utf16le')],
  ])('reads %s', async (charset, bytes) => {
    const head = mail('', {
      'Content-Type': `text/plain; charset=${charset}`,
      'Content-Transfer-Encoding': 'base64',
    });
    expect((await parse(Buffer.concat([head, Buffer.from(bytes.toString('base64'))]))).text).toBe('Grüße');
  });

  it('reads parts in different encodings, and names in encoded words', async () => {
    const body = [
      '--b\nContent-Type: text/plain; charset=shift_jis\nContent-Transfer-Encoding: base64\n\nk/qWe4zq\n',
      '--b\nContent-Type: text/plain; name="=?iso-8859-1?Q?R=E9sum=E9=2Etxt?="\nContent-Disposition: attachment\n\nx\n--b--\n',
    ].join('');
    const message = await parse(
      mail(body, {
        'Content-Type': 'multipart/mixed; boundary=b',
        From: '=?utf-8?B?SsO2cmc=?= <J@Kunde.example>',
      }),
    );
    expect(message.text).toContain('日本語');
    expect(message.attachments?.[0]?.name).toBe('Résumé.txt');
    expect(message.customer).toEqual({ email: 'j@kunde.example', name: 'Jörg' });
  });

  it('removes NUL, control characters and direction overrides, and mends lone surrogates', async () => {
    const { text } = await parse(mail('a\u0000b\u0007c\u202Ed\u009be\tf'));
    expect(text).toBe('abcde\tf');
    expect(text.isWellFormed()).toBe(true);
  });
});

describe('what comes with a mail', () => {
  const withFile = (name: string, bytes: Buffer) =>
    mail(
      `--b\n\nSee the file.\n--b\nContent-Type: image/png\nContent-Disposition: attachment; filename="${name}"\nContent-Transfer-Encoding: base64\n\n${bytes.toString('base64').replace(/.{76}/g, '$&\n')}\n--b--\n`,
      { 'Content-Type': 'multipart/mixed; boundary=b' },
    );

  it('keeps an attachment of 20 MB whole', async () => {
    const bytes = Buffer.alloc(20 * 1024 * 1024, 'deskhand');
    const { attachments, text } = await parse(withFile('big.png', bytes));
    expect(text).toBe('See the file.');
    expect(attachments).toHaveLength(1);
    expect(bytes.equals(attachments?.[0]?.content ?? new Uint8Array())).toBe(true);
  });

  it('leaves out one of 26 MB, and says so', async () => {
    const { attachments } = await parse(withFile('huge.png', Buffer.alloc(26 * 1024 * 1024)));
    expect(attachments).toEqual([
      { name: 'huge.png', contentType: 'image/png', omitted: 'larger than 25 MB' },
    ]);
  });

  it('takes no path from a file name', async () => {
    const { attachments } = await parse(withFile('../../etc/..passwd', Buffer.from('x')));
    expect(attachments?.[0]?.name).toBe('passwd');
  });
});

describe('broken and oversized mail', () => {
  it('keeps as a file what it cannot read, and says so', async () => {
    const parts = '--b\n\nx\n'.repeat(2_000);
    const message = await parse(mail(parts, { 'Content-Type': 'multipart/mixed; boundary=b' }));
    expect(message).toMatchObject({ subject: 'Invoice', customer: { email: 'ana@customer.example' } });
    expect(message.text).toContain('could not be read in full');
    expect(message.attachments?.at(-1)).toMatchObject({ name: 'message.eml', contentType: 'message/rfc822' });
  });

  it('cuts a megabyte of text where it says so', async () => {
    const { text } = await parse(mail('word '.repeat(300_000)));
    expect(text.length).toBeLessThanOrEqual(MAX_TEXT);
    expect(text).toContain('cut here: 1,49');
  });

  it('gives a mail without Message-ID the same id each time, and another mail another', async () => {
    const [one, again, other] = await Promise.all(
      ['a', 'a', 'b'].map((body) => parse(mail(body, { 'Message-ID': '' }))),
    );
    expect(one?.externalId).toMatch(/^sha256:/);
    expect(again?.externalId).toBe(one?.externalId);
    expect(other?.externalId).not.toBe(one?.externalId);
  });

  it('never throws, whatever the bytes', async () => {
    const soup = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
        fc
          .constantFrom(
            'From: ',
            'Content-Type: multipart/mixed; boundary=b\r\n',
            'Content-Type: text/html; charset=x-no\r\n',
            '\r\n',
            '\r\n\r\n',
            '--b\r\n',
            '--b--',
            'Content-Transfer-Encoding: base64\r\n',
            '=?utf-8?B?//8=?=',
            '<div style="',
            'Date: nonsense\r\n',
            'References: <<>>\r\n',
            'Content-Type: message/rfc822\r\n',
            "Content-Disposition: attachment; filename*=utf-8''%ff\r\n",
            'Content-Type: text/plain; charset=utf-7\r\n',
            '> ',
            '-- \n',
            'On x wrote:\n',
          )
          .map((text) => Buffer.from(text)),
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(soup, async (pieces) => {
        const message = await parse(Buffer.concat(pieces));
        expect(message.externalId).not.toBe('');
        expect(message.text).toSatisfy((text: string) => text.isWellFormed() && !text.includes('\u0000'));
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});

describe('mail that no person wrote for us', () => {
  it.each([
    ['auto-reply', { 'Auto-Submitted': 'auto-replied' }],
    ['auto-reply', { 'X-Autoreply': 'yes' }],
    ['auto-reply', { Precedence: 'auto_reply' }],
    ['auto-reply', { Subject: 'Out of office: back on Monday' }],
    ['auto-reply', { Subject: 'Automatische Antwort: Rechnung' }],
    ['bounce', { From: 'Mail Delivery System <MAILER-DAEMON@mx.example>' }],
    ['bounce', { 'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b' }],
    ['bounce', { 'Return-Path': '<>' }],
    ['loop', { 'X-Deskhand-Key': 'k1' }],
    ['loop', { From: 'Support <support@desk.example>' }],
    ['bulk', { 'List-Unsubscribe': '<https://news.example/u>' }],
    ['bulk', { Precedence: 'bulk' }],
    [undefined, {}],
    [undefined, { 'Auto-Submitted': 'no' }],
    [undefined, { 'List-Id': 'Support <support.desk.example>', Precedence: 'list' }],
    [undefined, { From: 'Form <support@desk.example>', 'Reply-To': 'ana@customer.example' }],
  ])('recognises %s by %j', async (kind, headers) => {
    expect((await parse(mail('Hello', headers as Record<string, string>))).automatic).toBe(kind);
  });

  it('tells which of our mails came back', async () => {
    const report = [
      '--b',
      'Content-Type: text/plain',
      '',
      'No such user.',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Status: 5.1.1',
      '--b',
      'Content-Type: text/rfc822-headers',
      '',
      'Message-ID: <deskhand.key-1@desk.example>',
      'X-Deskhand-Key: key-1',
      '--b--',
    ].join('\n');
    const message = await parse(
      mail(report, { 'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b' }),
    );
    expect(message).toMatchObject({
      automatic: 'bounce',
      text: 'No such user.',
      thread: { bounceOf: '<deskhand.key-1@desk.example>', bounceKey: 'key-1' },
    });
  });
});
