import type {Millis} from '../../base/units.js';

/** What can be told to others: a torrent was added, is complete, has reached its seeding goal, or has failed. */
export type HookEvent = 'added' | 'complete' | 'goal' | 'error';

/** Whom something is told: a program, as the words it is started with, or servers by their URLs. */
export type HookTarget =
	| {readonly kind: 'program'; readonly words: readonly string[]}
	| {readonly kind: 'urls'; readonly urls: readonly string[]};

/** All that is done when something happens to a torrent. */
export interface HookSettings {
	readonly targets: {readonly [Event in HookEvent]?: HookTarget | undefined};
	/** Told everything. */
	readonly urls: readonly string[];
	/** A program that takes longer is ended. */
	readonly timeout: Millis;
	/** Absolute; where a torrent goes when it is complete. */
	readonly moveTo?: string | undefined;
	/** The same for those of a label, which goes before. */
	readonly moveByLabel: Readonly<Record<string, string>>;
}

/** Whether what was downloaded before matters: something is done once for each torrent that is complete. */
export function tracksCompletion({targets, urls, moveTo, moveByLabel}: HookSettings): boolean {
	const isTold = targets.complete !== undefined || urls.length > 0;
	return isTold || moveTo !== undefined || Object.keys(moveByLabel).length > 0;
}
