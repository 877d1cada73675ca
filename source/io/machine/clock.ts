import type {Clock} from '../../base/ports.js';

/** What is to happen later than this is, for Node, to happen at once. */
const longest = 2 ** 31 - 1;

/** The clock of this machine. Its timers keep no process alive. */
export const machineClock: Clock = {
	now: () => performance.now(),
	wall: () => Date.now(),
	after(delay, callback) {
		const timer = setTimeout(callback, Math.min(delay, longest)).unref();
		return {clear: () => clearTimeout(timer)};
	},
	soon(callback) {
		setImmediate(callback);
	},
};
