import type {Clock} from '../base/ports.js';

/** The time of this machine. */
export const systemClock: Clock = {
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
