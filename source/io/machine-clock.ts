import type {Clock} from '../base/ports.js';

/** The clock of this machine. Its timers keep no process alive. */
export const machineClock: Clock = {
	now: () => performance.now(),
	wall: () => Date.now(),
	after(delay, callback) {
		const timer = setTimeout(callback, delay).unref();
		return {clear: () => clearTimeout(timer)};
	},
	soon(callback) {
		setImmediate(callback);
	},
};
