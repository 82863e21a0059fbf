// A language model that words nothing, for tests that need only one of its words.
import type { Writer } from '../../src/engine/llm/writer.ts';

export const NO_WORDS: Writer = {
  digest: async () => null,
  article: async () => null,
  clusterName: async () => null,
  translate: async () => null,
};
