import type {ScreenContext} from '../screen/screen-context.js';

/** Runs the command of this name, or says why it does nothing now. */
export function runCommand(screen: ScreenContext, name: string, argument: string, key: string): void {
	const offer = screen
		.keys()
		.find(record => record.name === name)
		?.when(screen);
	if (typeof offer === 'string') screen.say(offer, 'warn');
	else offer?.run(screen, argument, key);
}
