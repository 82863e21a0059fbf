// Linear keeps the promises of a tracker: the real SDK against an emulated Linear.
import { trackerContract } from '../../contracts/tracker.ts';
import { createLinearWorld } from '../../support/linear-world.ts';

trackerContract('linear', createLinearWorld);
