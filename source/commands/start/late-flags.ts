import process from 'node:process';
import {setFlagsFromString} from 'node:v8';
import type {Millis} from '../../base/units.js';

/** What a start is over by on any machine that is not busy. */
const startTime: Millis = 400;

/** A flag of V8 in the words of its command line, and the same as V8 has it by itself. */
export interface LateFlag {
	readonly flag: string;
	readonly usual: string;
}

// The program is in two bundles, each with this file in it.
const registry: {[key: symbol]: Set<LateFlag> | undefined} = process as never;
const place = Symbol.for('tortui.late-flags');
registry[place] ??= new Set();
const set = registry[place];

/**
 * Sets a flag of V8 for the long run, once the start is over. What was compiled before, Node.js's own modules in every thread
 * and ours, V8 takes only while it has the flags it was compiled with: set at once, two flags cost 45 ms of CPU.
 */
export function setFlagLater(late: LateFlag): void {
	setTimeout(() => {
		setFlagsFromString(late.flag);
		set.add(late);
	}, startTime).unref();
}

/** Does something with the flags as V8 has them by itself. */
export function withUsualFlags<Value>(work: () => Value): Value {
	for (const {usual} of set) setFlagsFromString(usual);
	try {
		return work();
	} finally {
		for (const {flag} of set) setFlagsFromString(flag);
	}
}
