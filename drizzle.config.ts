// drizzle-kit: `npm run db:generate` writes a migration after a change of the schema.
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/infra/db/schema/index.ts',
  out: './src/infra/db/migrations',
  casing: 'snake_case',
});
