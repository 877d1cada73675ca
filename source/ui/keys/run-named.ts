import type {ScreenContext} from '../screen/screen-context.js';
import {widePlaces} from './key-record.js';

/** Runs a command by its name, unless its key would not do it now either. */
export function runNamed(screen: ScreenContext, name: string, argument: string): void {
	const record = screen.keys().find(each => each.name === name);
	const inPane = record?.where.every(place => !widePlaces.has(place));
	if (inPane && screen.state().view.screen !== 'torrent')
		screen.say('That is done on a torrent: Enter opens one.', 'warn');
	else screen.run(name, argument, '');
}
