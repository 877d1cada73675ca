import type {Clock, Timer} from '../../base/ports.js';

/** The real time. Its timers never keep the process alive. */
export const systemClock: Clock = {
	now: () => performance.now(),
	wall: () => Date.now(),
	after(delay, callback): Timer {
		const timer = setTimeout(callback, delay);
		timer.unref?.();
		return {clear: () => clearTimeout(timer)};
	},
	soon(callback): void {
		setImmediate(callback);
	},
};
