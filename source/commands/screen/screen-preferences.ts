import {closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {readRegularFileNow} from '../../io/files/regular-file.js';
import {setAside} from '../../io/state/set-aside.js';
import type {PreferenceStore, Preferences} from '../../ui/model/preferences.js';
import {configPath, readConfigFile, readScreenSettings, writeConfig} from '../arguments/config-file.js';

/** More than anybody can have chosen. */
const largest = 1_048_576;

/** What was saved last; undefined when there is nothing. What cannot be read is set aside: the screen begins as it comes. */
function read(path: string): unknown {
	try {
		return JSON.parse(Buffer.from(readRegularFileNow(path, largest)).toString('utf8'));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		try {
			setAside(path);
		} catch {
			// It is written over then, if that can be done.
		}
		return undefined;
	}
}

/** Replaces the file whole, whenever the machine stops. */
function write(path: string, text: string): void {
	const draft = `${path}.${process.pid}`;
	rmSync(draft, {force: true});
	const file = openSync(draft, 'wx', 0o600);
	try {
		writeFileSync(file, text);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
	renameSync(draft, path);
}

/**
 * What the screen remembers, in `screen.json` of the state folder. What the config file says about the screen goes
 * before it; what is chosen on the settings screen is written there.
 */
export function screenPreferences(stateDir: string, env: NodeJS.ProcessEnv): PreferenceStore {
	const path = join(stateDir, 'screen.json');
	const settings = readScreenSettings(env);
	return {
		load(): Preferences | undefined {
			const remembered = read(path);
			const kept = typeof remembered === 'object' && remembered !== null ? remembered : {};
			return {...kept, ...settings} as Preferences;
		},
		config: {
			path: configPath(env),
			read: () => readConfigFile(env),
			write: changes => writeConfig(env, changes),
		},
		save(preferences) {
			const own = Object.entries(preferences).filter(([name]) => !Object.hasOwn(settings, name));
			write(path, JSON.stringify(Object.fromEntries(own)));
		},
	};
}
