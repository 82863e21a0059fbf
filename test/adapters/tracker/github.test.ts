// GitHub keeps the promises of a tracker: the real Octokit against an emulated GitHub.
import { trackerContract } from '../../contracts/tracker.ts';
import { createGithubWorld } from '../../support/github-world.ts';

trackerContract('github', createGithubWorld);
