import type {ConfigFile} from '../model/preferences.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLink} from '../text/pasted-links.js';

/** Finds the folder of a label in the config file: `{"labels": {"music": {"dir": "/srv/music"}}}`. */
export function labelFolder(config: ConfigFile | undefined): (label: string) => string | undefined {
	return label => {
		if (label === '' || !config) return undefined;
		try {
			const labels = config.read()['labels'];
			if (typeof labels !== 'object' || labels === null) return undefined;
			const settings = Object.entries(labels).find(([name]) => name === label)?.[1] as
				| {readonly dir?: unknown}
				| undefined;
			return typeof settings?.dir === 'string' ? settings.dir : undefined;
		} catch {
			// What cannot be read was told of when the screen began.
			return undefined;
		}
	};
}

/**
 * Writes the folder of a label into the config file, or takes it out where it is empty, and has the engine go by it.
 * Answers why that cannot be.
 */
export function keepLabelFolder(screen: ScreenContext, label: string, dir: string): string | undefined {
	if (label === '') return 'A folder belongs to a label: type its name first.';
	if (!screen.config) return undefined;
	try {
		const labels = screen.config.read()['labels'];
		const known = typeof labels === 'object' && labels !== null ? (labels as Record<string, object>) : {};
		const {dir: _, ...rest} = (Object.hasOwn(known, label) ? known[label] : {}) as {dir?: unknown};
		const settings = dir === '' ? rest : {...rest, dir: screen.fullPath(pastedLink(dir))};
		screen.config.write({labels: {...known, [label]: settings}});
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
	screen.send({type: 'session.reload'});
	return undefined;
}
