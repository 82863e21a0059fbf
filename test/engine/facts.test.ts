// Facts in customers' words: each found in a dozen ways of saying it, and not found where it only looks so.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countAttempts,
  saysBlocked,
  speaksOfGrowing,
  speaksOfLeaving,
} from '../../src/engine/local/circumstances.ts';
import { asksForPerson, findBugFacts, findReferences } from '../../src/engine/local/extract.ts';
import { findDeadline } from '../../src/engine/local/time-limits.ts';

describe('error codes', () => {
  it.each([
    ['Export failed (EXP-504) at 90 %', 'EXP-504'],
    ['we get error 500 when saving', '500'],
    ['The app says "Error code: 0x80070005" when I open it', '0x80070005'],
    ['HTTP 429 Too Many Requests from your API since this morning', '429'],
    ['It gives up with ECONNRESET after about 30 seconds', 'ECONNRESET'],
    ['the sync stopped: SYNC_TIMEOUT', 'SYNC_TIMEOUT'],
    ['response was {"error":"invalid_grant"}', 'invalid_grant'],
    ['error #4012 pops up whenever I tap Approve', '4012'],
    ['QuickBooks error 6000-83, what is that?', '6000-83'],
    ['Fehler 1045 beim Anmelden', '1045'],
    ['All I ever see is PAY-310', 'PAY-310'],
    ['your server answered 503 twice', '503'],
    ['status: 502 on every page', '502'],
    ['Getting ERR-4012 whenever I save', 'ERR-4012'],
    ['We get 429s from your API', '429'],
    ["We get a 'SSL_ERROR_RX_RECORD_TOO_LONG' in the browser", 'SSL_ERROR_RX_RECORD_TOO_LONG'],
    ['the app says error code -1009', '-1009'],
    ['it returns {"status":422}', '422'],
    ['10:01 ERROR sync E-4711 for worker 3', 'E-4711'],
    ['GET /v2/jobs failed with 504', '504'],
  ])('in "%s": %s', (text, code) => expect(findBugFacts(text).codes).toContain(code));

  it.each([
    'In 2026 we paid 450 dollars for 12 seats at Harbor Street 500',
    'We have 500 employees and 404 vans',
    'Call me at 555-404-5000, extension 502',
    'my promo code SAVE20 does not apply',
    'the zip code 40404 is refused',
    'the verification code 123456 never arrives',
    'The dress code 100 people must follow',
    'Invoice CL-20931 shows the wrong total, INV-10021 too',
    'EVERYTHING is broken and EVERYONE is angry',
    'the column is called job_number in the export',
    'We had that error 500 times this week',
    'our technicians use the COVID-2019 form',
    'The failure to bill customer C-1042 is ours',
  ])('none in "%s"', (text) => expect(findBugFacts(text).codes).toEqual([]));
});

describe('exceptions and traces', () => {
  it.each([
    ['java.lang.NullPointerException: x', 'java.lang.NullPointerException'],
    ["Uncaught TypeError: Cannot read properties of undefined (reading 'id')", 'TypeError'],
    ['Traceback (most recent call last):\n  File "sync.py", line 88, in run\nKeyError: \'job\'', 'KeyError'],
    ['System.InvalidOperationException at Crew.Sync', 'System.InvalidOperationException'],
    ['panic: runtime error: index out of range', 'panic: runtime error: index out of range'],
    ['The log ends with "Segmentation fault"', 'Segmentation fault'],
    ['console says UnhandledPromiseRejection and NetworkError', 'NetworkError'],
    ['at saveJob (jobs.js:12:30)\nat click (app.js:4:1)', 'saveJob (jobs.js:12:30)'],
    ['  File "/app/report.py", line 12, in build', '"/app/report.py", line 12'],
    ['requests.exceptions.ConnectionError is all we get', 'requests.exceptions.ConnectionError'],
  ])('in "%s": %s', (text, exception) => expect(findBugFacts(text).exceptions).toContain(exception));

  it.each([
    'Error when saving',
    'There is an exception for holidays',
    'It was human error, sorry',
    'at 8:30 (Monday) we open',
    'It is nobody’s fault',
  ])('none in "%s"', (text) => expect(findBugFacts(text).exceptions).toEqual([]));
});

describe('endpoints and versions', () => {
  it.each([
    ['POST /v2/exports answers 504', 'POST /v2/exports'],
    ['calling /api/jobs/{id}/photos gives nothing', '/api/jobs/{id}/photos'],
    [
      'GET https://api.crewlane.com/v1/jobs?since=2026 times out',
      'GET https://api.crewlane.com/v1/jobs?since=2026',
    ],
    ['What are the limits of PATCH /v2/jobs?', 'PATCH /v2/jobs'],
    ['the docs say `DELETE /v2/tags/{id}`.', 'DELETE /v2/tags/{id}'],
    ['a 502 from api.crewlane.example/v2/clients.', 'api.crewlane.example/v2/clients'],
  ])('the endpoint of "%s"', (text, endpoint) => expect(findBugFacts(text).endpoints).toEqual([endpoint]));

  it.each([
    'yes/no and 24/7 at 80 km/h',
    'see https://example.com/help/v2',
    'Please get / keep the old plan',
  ])('no endpoint in "%s"', (text) => expect(findBugFacts(text).endpoints).toEqual([]));

  it.each([
    ['we run version 5.18.2', ['5.18.2']],
    ['app v3.4 on iOS 17.5.1', ['3.4', 'iOS 17.5.1']],
    ['Chrome 126 on Windows 11', ['Chrome 126', 'Windows 11']],
    ['since we updated to 6.2.0 the map is blank', ['6.2.0']],
    ['build 2024.6.1 on an old tablet', ['2024.6.1']],
    ['firmware 2.1.0-beta', ['2.1.0-beta']],
    ['The meeting is on 12.5.2026', []],
    ['We installed it on 12.05.2026', []],
    ['192.168.1.20 is our server, we run 3.5 tons', []],
    ['that is your version of events', []],
    ['running late, 3 vans out', []],
  ])('the versions of "%s"', (text, versions) => expect(findBugFacts(text).versions).toEqual(versions));
});

describe('steps', () => {
  it.each([
    ['Steps:\n1. Open a job\n2. Tap Photos\n3. App closes', ['Open a job', 'Tap Photos', 'App closes']],
    [
      'When I click Save nothing happens. Then it freezes.',
      ['When I click Save nothing happens.', 'Then it freezes.'],
    ],
    ['To reproduce: log in as technician and open the map', ['log in as technician and open the map']],
    ['- open app\n- choose job\n- crash', ['open app', 'choose job']],
    ['Every time I open the Jobs tab it crashes', ['Every time I open the Jobs tab it crashes']],
    ['After clicking on Approve the page goes white', ['After clicking on Approve the page goes white']],
    ['1. open the board 2. drag a job 3. it jumps back', ['open the board', 'drag a job', 'it jumps back']],
    ['What I did:\n* added a client\n* saved', ['added a client', 'saved']],
  ])('are read from "%s"', (text, steps) => expect(findBugFacts(text).steps).toEqual(steps));

  it.each([
    'First of all thank you. Then again I have a question.',
    '- Maria Lopez\n- Office manager\n- Acme Lifts',
    'What I need:\n1. invoice for May\n2. invoice for June',
    'Next week we have an audit',
    'When we bought it, the sentence on the slide was another',
  ])('none in "%s"', (text) => expect(findBugFacts(text).steps).toEqual([]));
});

describe('numbers of things', () => {
  it.each([
    ['Invoice CL-20931 is wrong', 'invoice', 'CL-20931'],
    ['INV-00412 was paid twice', 'invoice', 'INV-00412'],
    ['Rechnung Nr. 4711-B fehlt', 'invoice', '4711-B'],
    ['facture n° 20331', 'invoice', '20331'],
    ['invoice no. 2026-0417', 'invoice', '2026-0417'],
    ['Job #J-3391 lost its photos', 'job', 'J-3391'],
    ['job 20417 has moved', 'job', '20417'],
    ['purchase order 4471 must be on it', 'order', '4471'],
    ['our order number: AB-7712', 'order', 'AB-7712'],
    ['account ID: acme-9912', 'account', 'acme-9912'],
    ['customer number 40071', 'account', '40071'],
    ['any news on ticket T-1042?', 'ticket', 'T-1042'],
    ['case #00123', 'ticket', '00123'],
    ['X-Request-Id: req_8812', 'request', 'req_8812'],
    ['my order number is 7781234', 'order', '7781234'],
    ["my customer number's 300122", 'account', '300122'],
    ['Bestellnummer 55019-B kam nie an', 'order', '55019-B'],
    ['invoice no. 2026/1182', 'invoice', '2026/1182'],
    ['Work order WO-7781 shows the wrong client', 'job', 'WO-7781'],
    ['The receipt with number 1029-3381', 'invoice', '1029-3381'],
    ['booking BK-55812 is gone', 'booking', 'BK-55812'],
    ['quote Q-2231 cannot be sent', 'quote', 'Q-2231'],
    ['transaction txn_3Nk2xQ81', 'payment', 'txn_3Nk2xQ81'],
  ])('in "%s": %s %s', (text, type, value) => expect(findReferences(text)).toEqual([{ type, value }]));

  it.each([
    'call me at +1 555 010 4471',
    'in order 2026 to be better than 2025',
    'We order 100 units each week, order 250 licences please',
    'the job 2026-03-02 is on Monday',
    'import 3 jobs, then jobs 500 at once, 1000 per day',
    'invoice 2025 totals and bill 2026 for taxes',
    'in case 100 people log in, just in case 500 is the limit',
    'card 4111 1111 1111 1111',
    'this is my third ticket 2026',
    'we have account managers 24/7',
    'Suite 4410, Harbor Street 20417',
  ])('none in "%s"', (text) => expect(findReferences(text)).toEqual([]));
});

it('a list of numbers counts as many', () => {
  expect(findReferences('invoices 20931, 20932 and 20940 lack it').map(({ value }) => value)).toEqual([
    '20931',
    '20932',
    '20940',
  ]);
});

describe('a time limit', () => {
  it.each([
    ['I need it by Friday', 'by Friday'],
    ['please before noon', 'before noon'],
    ['the audit starts tomorrow at 8', 'starts tomorrow at 8'],
    ['We go live on Monday', 'go live on Monday'],
    ['payroll runs tonight', 'tonight'],
    ['The report is due March 15', 'due March 15'],
    ['Could you reply within 24 hours?', 'within 24 hours'],
    ['Can it be done by 15.03.2026?', 'by 15.03.2026'],
    ['it needs to be ready for Thursday', 'for Thursday'],
    ['tomorrow morning we have an inspection', 'tomorrow morning'],
    ['It failed on Monday, and I must have it by noon', 'by noon'],
    ['we were promised a fix by Tuesday', 'by Tuesday'],
    ['Wir brauchen das bis Freitag', 'bis Freitag'],
    ['Back no later than close of business on Wednesday.', 'no later than close of business on Wednesday'],
    ['The tax inspector visits us on the 4th, I must have it before then.', 'on the 4th'],
    ['Trade fair starts Thursday 9am, please make sure it works.', 'Thursday 9am'],
    ["I'm boarding a plane in 40 minutes and need the export now", 'in 40 minutes'],
    ['Audit next Monday. Need the export.', 'next Monday'],
    ['Could someone get back to me before the weekend?', 'before the weekend'],
    ['My boss wants the numbers first thing tomorrow morning', 'first thing tomorrow morning'],
    ["within 24h please, otherwise we'll dispute the charge", 'within 24h'],
    ['We would like an answer within the next two business days.', 'within the next two business days'],
    ['can you do this by eow?', 'by eow'],
    ['you have 48 hours to refund me', '48 hours'],
    ["I'd appreciate it if you could get this done today", 'today'],
    ["il me faut une réponse aujourd'hui", "aujourd'hui"],
  ])('in "%s": %s', (text, limit) => expect(findDeadline(text)).toBe(limit));

  it.each([
    'it worked on Friday',
    'it used to work until last week',
    'it stopped before noon yesterday',
    'it happened within two days of the update',
    'it took us until Friday to notice',
    'no rush, some day by Friday is fine',
    'It is not urgent. Not needed by Friday.',
    'Can the week start on Monday instead of Sunday?',
    'I have to click six times to move a job to tomorrow',
    'the list is sorted by 10 columns, by the way',
    'reminders go out in 2 days after the job',
    'we close at 5pm',
    'version 5.3 was fine until this morning',
    'Is support open on Monday?',
    'The report is sent every Monday at 8, can it go out at 7 instead?',
    'Last Friday I asked about the invoice.',
    'Please help revert my transfer from this morning.',
    'Where is the audit log of Monday?',
  ])('none in "%s"', (text) => expect(findDeadline(text)).toBeNull());
});

describe('tries that failed', () => {
  it.each([
    ['this is the third time I write', 3],
    ["I've tried three times", 3],
    ['asked twice already', 2],
    ['I have restarted it 4 times', 4],
    ['second email about this', 2],
    ['I am writing again because nothing happened', 2],
    ['multiple failed attempts', 3],
    ['tried two different browsers', 2],
    ['still broken', 1],
    ['I reinstalled the app and it still crashes', 1],
    ['I followed the article but no luck', 1],
    ['wrote you on Monday, no answer', 1],
    ['Reached out on 3 separate occasions and nobody came back to me', 3],
    ['I called you yesterday and the day before about this', 2],
    ['As already explained, the invoice is wrong', 2],
    ['I restarted the phone and followed the article word for word, still the same.', 2],
    ['for the umpteenth time: remove my mail', 5],
    ["I've been through your help centre and the forum, no luck.", 1],
  ])('in "%s": %i', (text, attempts) => expect(countAttempts(text)).toBe(attempts));

  it.each([
    'how do I add a user?',
    'the third time slot is empty',
    'reset the password for two users',
    'It happens three times a day',
    'I want to test it for two weeks',
    'our second ticket printer',
    'I still have a question',
    'asked for 3 seats',
    'the reminder is sent two times',
    'How many attempts do I have before the account locks?',
  ])('none in "%s"', (text) => expect(countAttempts(text)).toBe(0));
});

describe('work that stands still', () => {
  it.each([
    'nobody can see a job, the crew is standing in the yard',
    'we are locked out',
    'LOCKED OUT OF EDITING!!',
    'production is down',
    'our whole team is stuck',
    'All 14 technicians are offline',
    'nothing loads for anybody',
    'I can’t do my job',
    'we can not dispatch, can you help?',
    'None of our drivers can open their route',
    'it is a blocker for us',
    'wir können nicht arbeiten',
    'System down again!',
    'Business has come to a halt because of your outage',
    "The app won't start any more on all our tablets",
    'our site is unusable, every page gives 503',
    'Everything is frozen and I have 30 jobs to hand out',
    'Our payroll run is blocked by the missing timesheets',
  ])('is heard in "%s"', (text) => expect(saysBlocked(text)).toBe(true));

  it.each([
    'how do I see a job?',
    "can't find the export button",
    'I cannot use the dark theme',
    'what happens when users can’t log in?',
    'how to stop employees who can’t access billing',
    "we can't wait to use it",
    'it is not a blocker',
    'nobody is stuck, just asking',
    'the calendar slot is blocked',
    "I can't open the preview but it is no big deal",
    'A customer got locked out and asks us for the record',
    'everything will work out',
    'is it down for everyone or is it our wifi?',
  ])('not in "%s"', (text) => expect(saysBlocked(text)).toBe(false));
});

describe('leaving and growing', () => {
  it.each([
    'How do I cancel my subscription?',
    'We are switching to a competitor',
    'we won’t be renewing on the 9th',
    'please close our account',
    'we are looking at alternatives',
    'this was the last straw',
    'we quit unless they get us a deal',
    'if this goes on we will cancel.',
    'Cancellation of our contract',
    'I am done with this software',
    'thinking about leaving',
  ])('leaving: "%s"', (text) => expect(speaksOfLeaving(text)).toBe(true));

  it.each([
    'how do I cancel a job?',
    'the customer cancelled the visit',
    'leaving a note for the technician',
    'we are moving to a new office',
    'an alternative phone number',
    'our employee is leaving the company, how do I remove her?',
    'how do I renew the certificate?',
    'can I switch to annual billing',
    'close the window and it is gone',
    'cancel the sync',
  ])('not leaving: "%s"', (text) => expect(speaksOfLeaving(text)).toBe(false));

  it.each([
    'we need 5 more seats',
    'We’d like to go from 76 to 95 seats',
    'How much is the enterprise plan?',
    'we are opening a second office',
    'I want to upgrade',
    'order 250 licences please',
    'we are hiring',
    'add another technician',
    'we want to roll it out to all branches',
    'Can we move to annual billing?',
  ])('growing: "%s"', (text) => expect(speaksOfGrowing(text)).toBe(true));

  it.each([
    'since the upgrade to 5.2 nothing works',
    'after upgrading to version 4 the map is gone',
    'How do I add a user?',
    'we are on the enterprise plan',
    'a new team member has no access',
    'the user list is empty',
    'the second site name is wrong',
    'our office address has changed',
    'fewer seats, please',
    'the new technician cannot log in',
  ])('not growing: "%s"', (text) => expect(speaksOfGrowing(text)).toBe(false));
});

describe('a wish for a person', () => {
  it.each(['I want to speak with a person', 'get me a manager', 'please call me', 'connect me to a human'])(
    'is heard in "%s"',
    (text) => expect(asksForPerson(text)).toBe(true),
  );

  it.each(['how do I add a person to a job?', 'the manager cannot log in', 'who is the account owner?'])(
    'not in "%s"',
    (text) => expect(asksForPerson(text)).toBe(false),
  );
});

it('whatever is written: bounded facts, each in the words of the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), (text) => {
      const { steps, ...facts } = findBugFacts(text);
      const found = [...Object.values(facts).flat(), ...findReferences(text).map(({ value }) => value)];
      expect(found.every((fact) => text.includes(fact))).toBe(true);
      expect(steps.every((step) => step.length <= 200)).toBe(true);
      expect(countAttempts(text)).toBeLessThanOrEqual(20);
    }),
  );
});
