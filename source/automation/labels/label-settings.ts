import type {SeedGoal, SeedRule} from '../../base/seed-goal.js';
import type {BytesPerSecond} from '../../base/units.js';

/** What torrents have because of their label. */
export interface LabelSettings {
	/** Absolute; where the data of those goes that are added with it. */
	readonly dir?: string | undefined;
	/** For each of them alone. */
	readonly maxDownload?: BytesPerSecond | undefined;
	readonly maxUpload?: BytesPerSecond | undefined;
	/** Parts of their seeding goal, unless they have their own. */
	readonly goal?: SeedGoal | undefined;
	/** Absolute; where they go when they are complete. */
	readonly moveTo?: string | undefined;
}

/** By label. */
export type Labels = ReadonlyMap<string, LabelSettings>;

/** The goals of labels, as the engine goes by them. */
export function labelRules(labels: Labels): SeedRule[] {
	return [...labels].flatMap(([name, {goal}]) => (goal === undefined ? [] : [{of: 'label', name, goal}]));
}

/** Where those of each label go when they are complete; of those that have such a place. */
export function labelMoves(labels: Labels): Record<string, string> {
	return Object.fromEntries(
		[...labels].flatMap(([name, {moveTo}]) => (moveTo === undefined ? [] : [[name, moveTo]])),
	);
}
