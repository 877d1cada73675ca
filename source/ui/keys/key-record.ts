import type {PaneName} from '../look/layout.js';
import type {ScreenState} from '../model/store.js';

/** Where a key works: in one pane, on the session screen, in the Network, Feeds or Swarms view, in any list, for a torrent (shown or under the cursor), or anywhere. */
export type Place = PaneName | 'session' | 'network' | 'feeds' | 'swarms' | 'list' | 'torrent' | 'anywhere';

/** Places that count wherever somebody is: what works in none of them is done in one pane. */
export const widePlaces: ReadonlySet<Place> = new Set([
	'session',
	'network',
	'feeds',
	'swarms',
	'list',
	'torrent',
	'anywhere',
]);

/** The groups of the help screen, in order. */
export const keyGroups = [
	'Torrent',
	'Files',
	'Network',
	'Feeds',
	'Peers and trackers',
	'Pieces and speed',
	'Moving',
	'Screen',
	'Leaving',
] as const;

export type KeyGroup = (typeof keyGroups)[number];

/** What guards decide by: how everything on the screen stands. */
export interface Situation {
	state(): ScreenState;
	/** Whether downloads go on when the screen is left. */
	readonly detachable: boolean;
}

/** What a key would do now. */
export interface Offer<Screen = never> {
	/** For the footer: a word or two; empty where the footer has nothing to say of it. */
	readonly label: string;
	/** Does it. `argument`: what was typed behind the name on the `:` line; `key`: what was pressed; empty when neither. */
	readonly run: (screen: Screen, argument: string, key: string) => void;
}

/** What may be typed behind a command's name. */
export interface CommandArgument {
	/** What it is, in a word for people: `theme`, `folder`. */
	readonly hint: string;
	/** Whether the command does nothing without it. */
	readonly needed?: true;
	/** It is a path, which Tab completes. */
	readonly path?: true;
	/** What is usually meant here and now. */
	readonly ways?: (situation: Situation) => readonly string[];
	/** Nothing else than these ways is taken. */
	readonly only?: true;
}

/** What help, rebinding and the documents say of a key. */
export interface KeyDescription {
	/** Name of the command, also for `:` and for rebinding. */
	readonly name: string;
	readonly keys: readonly string[];
	readonly where: readonly Place[];
	/** Whether it works where panes are shown only, so not in the list of torrents. */
	readonly onPanes?: true;
	/** For the help screen: a sentence without its full stop. */
	readonly help: string;
	/** Place in the footer, 1 first; absent: not in the footer. */
	readonly footer?: number;
	/** What stands for the keys in the footer, instead of the first of them. */
	readonly footerKeys?: string;
	/** What may be typed behind its name on the `:` line; absent: nothing. */
	readonly takes?: CommandArgument;
	/** Whether it always stands in the footer, at the end. */
	readonly lasting?: true;
}

/** One row of the key table: dispatch, footer, help screen and the README's table are all made from it. */
export interface KeyRecord<Screen = never> extends KeyDescription {
	readonly group: KeyGroup;
	/** What the key would do now, or in words why it does nothing: one guard for its label, its refusal and its act. */
	readonly when: (situation: Situation) => Offer<Screen> | string;
}

/** Decides whether a key does something now: finds what it acts on, or says in words why there is nothing. */
export type Guard<Facts> = (situation: Situation) => Facts | string;

/** A guard that goes on from what another one has found. */
export function after<Facts extends object, More extends object>(
	guard: Guard<Facts>,
	next: (facts: Facts, situation: Situation) => More | string,
): Guard<More> {
	return situation => {
		const facts = guard(situation);
		return typeof facts === 'string' ? facts : next(facts, situation);
	};
}
