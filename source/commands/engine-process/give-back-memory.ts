import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';

/**
 * Has V8 give back at once all that is of no use any more. It holds everything up for as long as that takes: for a process
 * that has nothing more to do than to wait.
 */
export function giveBackMemory(): void {
	setFlagsFromString('--expose-gc');
	const collect: (options: object) => void = runInNewContext('gc');
	setFlagsFromString('--no-expose-gc');
	collect({type: 'major', execution: 'sync', flavor: 'last-resort'});
}
