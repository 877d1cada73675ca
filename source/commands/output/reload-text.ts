import type {Reloaded} from '../../api/command.js';

/** What came of reading the config file anew, as a line. */
export function reloadText({changed, later}: Reloaded): string {
	const now = changed.length > 0 ? `goes by ${changed.join(', ')} now` : 'has nothing to change';
	const then = later.length > 0 ? `; ${later.join(', ')}: from the engine's next start` : '';
	return `the engine read its config file: it ${now}${then}`;
}
