// The registry of adapters: adding one is a folder and a line here.
import type { AdapterModule, ChatPlatform, ContextSource, IntakeChannel } from '../src/ports.ts';
import { consoleModule } from './chat/console/index.ts';
import { api } from './intake/api/index.ts';
import { email } from './intake/email/index.ts';

/** Chat platforms; each takes its own configuration, which the registry does not look into. */
export const chatModules = [consoleModule] satisfies AdapterModule<never, ChatPlatform>[];
export const intakeModules = [api, email] satisfies AdapterModule<never, IntakeChannel>[];
export const contextModules = [] satisfies AdapterModule<never, ContextSource>[];
