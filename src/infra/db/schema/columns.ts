// Column shapes that every area of the schema shares.
import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';

/** Generated 64-bit id; JavaScript numbers hold it exactly up to 2^53. */
export const id = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();
/** Reference to such an id. */
export const ref = () => bigint({ mode: 'number' });
export const time = () => timestamp({ withTimezone: true, mode: 'date', precision: 3 });

export const bytes = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
});
