// What the language model's endpoint can do wrong, and what people get then.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ModelSettings } from '../../src/engine/llm/client.ts';
import { retryAfterMs } from '../../src/engine/llm/failure.ts';
import type { Engine } from '../../src/ports.ts';
import { type ModelDouble, refinement, startModelDouble } from '../support/model-double.ts';
import { createTestModelEngine, openLocalEngine } from '../support/model-engine.ts';
import { testClock } from '../support/workspace.ts';
import { draftInput, ticket } from './samples.ts';

let double: ModelDouble;
let local: Engine;
beforeAll(async () => {
  double = await startModelDouble();
  local = await openLocalEngine();
});
afterAll(async () => {
  await double.stop();
  await local.close();
});
beforeEach(() => double.reset());

const ASKED = ticket('Where can I download my invoice as PDF?');
const TWO = { models: ['first', 'second'] };
function engine(settings: Partial<ModelSettings> = {}, send?: typeof fetch) {
  const clock = testClock();
  const opened = createTestModelEngine(double, local, settings, { clock, ...(send ? { send } : {}) });
  return { ...opened, clock };
}
const models = () => double.requests().map(({ model }) => model);

describe('an answer of another form', () => {
  it.each([
    ['a category that does not exist', { json: { ...refinement, category: 'billing/made-up' } }],
    ['cut JSON', { text: JSON.stringify(refinement).slice(0, 60), finishReason: 'length' }],
    ['prose', { text: 'I would say this is about an invoice {or so}.' }],
    ['nothing', { text: '' }],
  ])('%s is corrected once asked', async (_, wrong) => {
    double.on('analyse', (_request, asked) => (asked === 0 ? wrong : { json: refinement }));
    const { engine: model } = engine();
    expect(await model.analyse(ASKED)).toMatchObject({ summary: refinement.summary, notes: [] });
  });

  it('that stays wrong leaves the fallback model, then the local understanding with a note', async () => {
    double.on('analyse', (request) => (request.model === 'first' ? { text: 'no' } : { json: refinement }));
    const { engine: model } = engine(TWO);
    expect(await model.analyse(ASKED)).toMatchObject({ summary: refinement.summary });
    double.on('analyse', () => ({ text: 'no' }));
    const found = await model.analyse(ASKED);
    expect(found.category).toBe('billing/invoice-copy');
    expect(found.notes.at(-1)).toBe(
      'Understood without the language model: The answer of the language model second has not the form that was asked for.',
    );
  });

  it('is found inside fences and thoughts', async () => {
    double.on('analyse', () => ({
      text: `<think>{"category": "?"}</think>Here you are:\n\`\`\`json\n${JSON.stringify(refinement)}\n\`\`\``,
    }));
    const { engine: model } = engine();
    expect(await model.analyse(ASKED)).toMatchObject({ summary: refinement.summary });
  });

  it('is read whatever an endpoint counts, and where it leaves out what it need not send', async () => {
    const reply = { role: 'assistant', content: JSON.stringify(refinement) };
    for (const usage of [
      null,
      { prompt_tokens: null, completion_tokens: 'few' },
      'none',
      { prompt_tokens: -1 },
    ]) {
      const { engine: model, calls } = engine({}, async () =>
        Response.json({ choices: [{ message: reply }], usage }),
      );
      expect(await model.analyse(ASKED)).toMatchObject({ summary: refinement.summary, notes: [] });
      expect(calls[0]?.inputTokens).toBeGreaterThan(100);
    }
  });

  it.each([
    [
      'a refusal',
      {
        choices: [
          {
            index: 0,
            finish_reason: 'stop',
            message: { role: 'assistant', content: null, refusal: 'I cannot help' },
          },
        ],
      },
      'declined to answer',
    ],
    ['a body that is no completion', { hello: 'world' }, 'cannot be read'],
    ['an error inside a success', { error: { message: 'rate limit', code: 429 } }, 'takes no more requests'],
  ])('%s goes to the fallback model, then to the local engine', async (_, body, words) => {
    const { engine: model, calls } = engine(TWO, async () => Response.json(body));
    expect((await model.analyse(ASKED)).notes.at(-1)).toContain(words);
    expect(calls.map(({ model: name }) => name)).toEqual(expect.arrayContaining(['first', 'second']));
  });
});

describe('an endpoint in trouble', () => {
  it.each([429, 500, 503])('HTTP %i is tried once more', async (status) => {
    double.on('analyse', (_, asked) => (asked === 0 ? { status } : { json: refinement }));
    const { engine: model, calls } = engine();
    expect(await model.analyse(ASKED)).toMatchObject({ summary: refinement.summary, notes: [] });
    expect(calls).toHaveLength(2);
  });

  it('waits as long as it is told to, unless that is too long', async () => {
    double.on('analyse', (_, asked) => (asked === 0 ? { status: 429, retryAfter: 2 } : { json: refinement }));
    const { engine: model, pauses } = engine(TWO);
    await model.analyse(ASKED);
    expect(pauses).toEqual([2_000]);
    double.on('analyse', ({ model: name }) =>
      name === 'first' ? { status: 429, retryAfter: 600 } : { json: refinement },
    );
    expect(await model.analyse(ASKED)).toMatchObject({ summary: refinement.summary });
    expect(pauses).toEqual([2_000]);
    expect(models().at(-1)).toBe('second');
  });

  it('understands a time to wait in seconds and as a date', () => {
    const now = new Date('2026-03-02T08:00:00Z');
    const given = [
      '2',
      '0.5',
      'Mon, 02 Mar 2026 08:00:04 GMT',
      'Mon, 02 Mar 2026 07:00:00 GMT',
      'soon',
      '',
      null,
    ];
    expect(given.map((header) => retryAfterMs(header, now))).toEqual([
      2000,
      500,
      4000,
      0,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('silence goes to the fallback model at once, and drafts say who wrote them', async () => {
    double.on('draft', ({ model: name }) =>
      name === 'first'
        ? 'silence'
        : {
            tool: 'reply',
            with: {
              answered: false,
              opening: null,
              claims: [],
              closing: null,
              unanswered: [],
              needsAccount: false,
              language: 'en',
            },
          },
    );
    const { engine: model, calls } = engine({ ...TWO, timeoutMs: 1_500, steps: ['draft'] });
    const draft = await model.draft({ ...draftInput(''), ...ASKED });
    expect(draft.engine).toBe('model second');
    expect(calls.map(({ model: name, outcome }) => `${name}: ${outcome}`)).toEqual([
      'first: model_silent',
      'second: ok',
    ]);
  });

  it('silence of all leaves the local draft, with the reason on the card', async () => {
    double.on('draft', () => 'silence');
    const { engine: model } = engine({ timeoutMs: 700, steps: ['draft'] });
    const draft = await model.draft({ ...draftInput(''), ...ASKED });
    expect(draft).toMatchObject({ engine: 'local-1', answerable: true });
    expect(draft.reasons[0]).toEqual({
      effect: 'down',
      text: 'written without the language model: The language model first gave no answer within 1 s.',
    });
  });

  it('an address where nobody listens is named', async () => {
    const { engine: model, client } = engine({ baseUrl: 'http://127.0.0.1:9/v1' });
    expect((await model.analyse(ASKED)).notes.at(-1)).toMatch(/endpoint cannot be reached/);
    await model.analyse(ASKED);
    expect(await client.health()).toMatchObject({ ok: false });
  });

  it.each([
    [401, {}, 'OPENAI_API_KEY'],
    [404, {}, 'OPENAI_MODEL'],
    [429, { code: 'insufficient_quota' }, 'no credit left'],
  ])('HTTP %i %o is not tried again, and the remedy is named', async (status, more, words) => {
    double.on('analyse', () => ({ status, ...more }));
    const { engine: model } = engine();
    expect((await model.analyse(ASKED)).notes.at(-1)).toContain(words);
    expect(models()).toEqual(['first']);
  });
});

describe('an endpoint that knows less than OpenAI’s', () => {
  it('is asked for JSON by schema, then in JSON mode, then in words, and remembered', async () => {
    double.on('analyse', ({ response_format }) =>
      response_format ? { status: 400, message: `unknown ${response_format.type}` } : { json: refinement },
    );
    const { engine: model } = engine();
    await model.analyse(ASKED);
    await model.analyse(ASKED);
    expect(double.requests().map(({ response_format }) => response_format?.type)).toEqual([
      'json_schema',
      'json_object',
      undefined,
      undefined,
    ]);
  });

  it('is asked as before after one request that it refuses in any form', async () => {
    double.on('analyse', () => ({ status: 400, message: 'the conversation is too long' }));
    const { engine: model } = engine();
    await model.analyse(ASKED);
    double.on('analyse', () => ({ json: refinement }));
    await model.analyse(ASKED);
    expect(double.requests().at(-1)?.response_format?.type).toBe('json_schema');
  });

  it('drafts without tools where there are none', async () => {
    double.on('draft', ({ tools }) =>
      tools?.length
        ? { status: 400, message: 'does not support tools' }
        : {
            json: {
              answered: true,
              opening: null,
              claims: [{ text: 'You can download every invoice as a PDF.', sources: ['K1'], question: 1 }],
              closing: null,
              unanswered: [],
              needsAccount: false,
              language: 'en',
            },
          },
    );
    const { engine: model } = engine();
    expect(await model.draft({ ...draftInput(''), ...ASKED })).toMatchObject({
      engine: 'model first',
      answerable: true,
    });
  });

  it('gets no parameter again that it has refused', async () => {
    double.on('analyse', (request) =>
      'temperature' in request ? { status: 400, param: 'temperature' } : { json: refinement },
    );
    const { engine: model } = engine();
    expect(await model.analyse(ASKED)).toMatchObject({ notes: [] });
    await model.analyse(ASKED);
    expect(double.requests().filter((request) => 'temperature' in request)).toHaveLength(1);
  });

  it('comes to an end when it never stops searching', async () => {
    double.on('draft', ({ tools }) =>
      tools?.length ? { tool: 'search_knowledge', with: { query: 'invoice' } } : { text: 'searching …' },
    );
    const { engine: model } = engine();
    const draft = await model.draft({ ...draftInput(''), ...ASKED });
    expect(draft.engine).toBe('local-1');
    expect(double.requests('draft').length).toBeLessThanOrEqual(8);
  });
});

describe('the budget', () => {
  it('when it is used up the local engine works, says so, and the next day begins at midnight', async () => {
    const { engine: model, client, clock } = engine({ daily: { tokens: 100, cost: 10 } });
    double.on('analyse', () => ({
      text: JSON.stringify(refinement),
      usage: { prompt_tokens: 90, completion_tokens: 20 },
    }));
    await model.analyse(ASKED);
    const after = await model.analyse(ASKED);
    expect(after.notes.at(-1)).toContain('budget of today is used up (110 of 100 tokens)');
    expect(await client.health()).toEqual({
      ok: false,
      detail:
        "The language model's budget of today is used up (110 of 100 tokens); the local engine works until midnight Europe/Paris. model.dailyTokens sets it.",
    });
    expect(double.requests()).toHaveLength(1);
    clock.set('2026-03-02T23:00:00Z');
    expect((await model.analyse(ASKED)).notes).toEqual([]);
  });

  it('counts money by the prices of both directions', async () => {
    const { engine: model, calls, client } = engine({ daily: { tokens: 1e9, cost: 0.0001 } });
    double.on('analyse', () => ({
      text: JSON.stringify(refinement),
      usage: { prompt_tokens: 90, completion_tokens: 20 },
    }));
    await model.analyse({ ...ASKED, ticketId: 7 });
    expect(calls).toMatchObject([
      { ticketId: 7, inputTokens: 90, outputTokens: 20, cost: 0.00013, outcome: 'ok' },
    ]);
    expect((await client.health()).detail).toContain('model.dailyCost');
  });
});

describe('the circuit breaker', () => {
  it('leaves a failing endpoint alone, tries it once after a pause, and closes when it answers', async () => {
    const { engine: model, client, clock } = engine();
    double.on('analyse', () => ({ status: 500 }));
    await model.analyse(ASKED);
    await model.analyse(ASKED);
    const before = double.requests().length;
    const paused = await model.analyse(ASKED);
    expect(double.requests()).toHaveLength(before);
    expect(paused.notes.at(-1)).toMatch(/failed \(HTTP 500\), so it is left alone for a while\.$/);
    expect(await client.health()).toEqual({
      ok: false,
      detail:
        'The language model first failed (HTTP 500). Failing since 10:00; the local engine works meanwhile, and it is tried again from 10:00 on.',
    });

    clock.advance(31_000);
    await model.analyse(ASKED);
    expect(double.requests()).toHaveLength(before + 1);

    double.on('analyse', () => ({ json: refinement }));
    await model.analyse(ASKED);
    expect(double.requests()).toHaveLength(before + 1);
    clock.advance(61_000);
    expect((await model.analyse(ASKED)).notes).toEqual([]);
    expect(await client.health()).toMatchObject({ ok: true });
  });

  it('asks the fallback model meanwhile, and health says so', async () => {
    const { engine: model, client } = engine(TWO);
    double.on('analyse', ({ model: name }) => (name === 'first' ? { status: 500 } : { json: refinement }));
    for (let i = 0; i < 3; i += 1) expect((await model.analyse(ASKED)).notes).toEqual([]);
    expect(models().filter((name) => name === 'first')).toHaveLength(3);
    expect((await client.health()).detail).toContain('second answers instead');
  });

  it('is not opened by answers of the wrong form or by refused requests', async () => {
    const { engine: model, client } = engine();
    double.on('analyse', () => ({ text: 'no' }));
    for (let i = 0; i < 4; i += 1) await model.analyse(ASKED);
    expect(await client.health()).toMatchObject({ ok: true });
  });
});
