import {readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {PreferenceStore, Preferences} from '../ui/preferences.js';
import {configPath, readConfigFile, readScreenSettings, writeConfig} from './config-file.js';

/**
 * What the screen remembers, in `screen.json` of the state folder. What the config file says about the screen goes
 * before it; what is chosen on the settings screen is written there.
 */
export function screenPreferences(stateDir: string, env: NodeJS.ProcessEnv): PreferenceStore {
	const path = join(stateDir, 'screen.json');
	const settings = readScreenSettings(env);
	return {
		load(): Preferences | undefined {
			let remembered: unknown;
			try {
				remembered = JSON.parse(readFileSync(path, 'utf8'));
			} catch {
				// Not there yet, or damaged: the screen begins as it comes.
			}
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
			const draft = `${path}.${process.pid}`;
			writeFileSync(draft, JSON.stringify(Object.fromEntries(own)), {mode: 0o600});
			renameSync(draft, path);
		},
	};
}
