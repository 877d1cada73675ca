import {isDeepStrictEqual} from 'node:util';
import type {FeedSettings} from '../../automation/feeds/feed-settings.js';
import type {FolderSettings} from '../../automation/folder-settings.js';
import type {Labels} from '../../automation/labels/label-settings.js';
import {readFeeds} from './feed-settings.js';
import {readFolders} from './folder-settings.js';
import {readLabels} from './label-settings.js';

/** Where a value of the config file stands, and what else its reading goes by. */
export interface SectionGround {
	/** The place of a setting, for what is wrong with it: `/u/config.json:3: feeds`. */
	placeOf(name: string): string;
	readonly env: NodeJS.ProcessEnv;
	/** Announce URLs that the config file has for all torrents. */
	readonly usualTrackers: readonly string[];
}

/** A part of the config file that is no option: lists and objects under names of their own. */
export interface ConfigSection<Value> {
	/** The names that stand in the file, with what each came to. */
	readonly parts: Readonly<Record<string, (value: Value) => unknown>>;
	/** What is wrong becomes sentences that begin with their place; what is right holds all the same. */
	read(
		settings: Readonly<Record<string, unknown>>,
		ground: SectionGround,
	): {readonly value: Value; readonly faults: readonly string[]};
}

/** What the sections of the config file come to. */
export interface Sections {
	readonly folders: FolderSettings;
	readonly feeds: readonly FeedSettings[];
	readonly labels: Labels;
}

/** Every section, by the name that it has in a configuration. */
export const configSections: {readonly [Key in keyof Sections]: ConfigSection<Sections[Key]>} = {
	folders: {
		parts: {'shared-folders': ({shared}) => shared, 'watch-folders': ({watched}) => watched},
		read(settings, {placeOf, env, usualTrackers}) {
			const {folders, faults} = readFolders(settings, placeOf, env, usualTrackers);
			return {value: folders, faults};
		},
	},
	feeds: {
		parts: {feeds: feeds => feeds},
		read({feeds}, {placeOf, env}) {
			const {feeds: value, faults} = readFeeds(feeds, () => placeOf('feeds'), env);
			return {value, faults};
		},
	},
	labels: {
		parts: {labels: labels => labels},
		read: ({labels}, ground) => readLabels(labels, ground),
	},
};

/** The names of all sections, as they stand in the file. */
export const sectionNames: ReadonlySet<string> = new Set(
	Object.values(configSections).flatMap(({parts}) => Object.keys(parts)),
);

/** The names under which something else stands now. */
export function changedSections(before: Sections, now: Sections): string[] {
	const changed = <Key extends keyof Sections>(key: Key) =>
		Object.entries(configSections[key].parts)
			.filter(([, part]) => !isDeepStrictEqual(part(before[key]), part(now[key])))
			.map(([name]) => name);
	return (Object.keys(configSections) as (keyof Sections)[]).flatMap(changed);
}
