import {randomBytes} from 'node:crypto';
import type {Random} from '../../base/ports.js';

/** Chance as this machine has it; the bytes are fit for secrets. */
export const machineRandom: Random = {
	next: Math.random,
	bytes: length => new Uint8Array(randomBytes(length)),
};
