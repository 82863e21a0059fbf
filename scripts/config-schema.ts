// Writes config/deskhand.schema.json, which editors use to complete and check config/deskhand.yaml.
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { yamlSchema } from '../src/config/schema.ts';

const FILE = new URL('../config/deskhand.schema.json', import.meta.url);

/** The JSON schema's text, as it must stand in the file. */
export function configSchemaText(): string {
  const schema = z.toJSONSchema(yamlSchema, { io: 'input', unrepresentable: 'any' });
  return `${JSON.stringify({ title: 'Deskhand configuration', ...schema }, null, 2)}\n`;
}

if (import.meta.main) {
  writeFileSync(FILE, configSchemaText());
  console.log('config/deskhand.schema.json written');
}
