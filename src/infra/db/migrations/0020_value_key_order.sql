-- Listings by prefix use the primary key, also on servers whose locale has an order of its own.
ALTER TABLE "value" ALTER COLUMN "key" TYPE text COLLATE "C";
