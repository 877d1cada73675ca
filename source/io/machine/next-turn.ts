import {setImmediate} from 'node:timers/promises';

/** Lets everybody else have their turn of the event loop: between the steps of what takes its time. */
export function nextTurn(): Promise<void> {
	return setImmediate();
}
