// What an engine finds in a plain question, changed to what a test is about.
import type { Analysis } from '../../src/model/analysis.ts';

export function calmAnalysis(over: Partial<Analysis> = {}): Analysis {
  return {
    category: 'billing/invoice-copy',
    categoryConfidence: 0.9,
    runnersUp: [],
    labels: [],
    questions: [],
    kind: 'question',
    sentiment: 0,
    frustration: 0,
    urgency: 0.2,
    blocked: false,
    attempts: 0,
    deadline: null,
    language: 'en',
    spam: 0,
    injection: 0,
    thanksOnly: false,
    outOfScope: 0,
    bug: { codes: [], endpoints: [], versions: [], exceptions: [], steps: [] },
    churnRisk: 0,
    expansion: 0,
    references: [],
    summary: 'Wants an invoice',
    notes: [],
    ...over,
  };
}
