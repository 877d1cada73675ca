import type {SeedRules} from '../../base/seed-goal.js';

/** What a session wants of all its seeds, of those of a label or a tracker: the torrents look it up when they need it. */
export interface SeedRulesHolder {
	readonly rules: SeedRules;
}
