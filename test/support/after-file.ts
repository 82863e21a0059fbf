// Runs with every test file: drops the databases that its tests have borrowed.
import { afterAll } from 'vitest';
import { dropBorrowed } from './database.ts';

afterAll(dropBorrowed);
