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

interface Flags {
	readonly waiting: Set<LateFlag>;
	readonly set: Set<LateFlag>;
}

// The program is in two bundles, each with this file in it.
const registry: {[key: symbol]: Flags | undefined} = process as never;
const place = Symbol.for('tortui.late-flags');
registry[place] ??= {waiting: new Set(), set: new Set()};
const {waiting, set} = registry[place];

/**
 * Sets a flag of V8 for the long run, once the start is over. What was compiled before, Node.js's own modules in every thread
 * and ours, V8 takes only while it has the flags it was compiled with: set at once, two flags cost 45 ms of CPU.
 */
export function setFlagLater(late: LateFlag): void {
	waiting.add(late);
	startIsOver(startTime);
}

/** Says when the start will be over, where that is known better. */
export function startIsOver(wait: Millis): void {
	setTimeout(() => {
		for (const late of waiting) {
			setFlagsFromString(late.flag);
			set.add(late);
		}
		waiting.clear();
	}, wait).unref();
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
