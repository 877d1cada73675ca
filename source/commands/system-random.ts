import {randomFillSync} from 'node:crypto';
import type {Random} from '../base/ports.js';

/** Chance from the system: bytes nobody can predict. */
export const systemRandom: Random = {
	next: () => Math.random(),
	bytes: length => randomFillSync(new Uint8Array(length)),
};
