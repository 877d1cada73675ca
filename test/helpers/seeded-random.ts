import type {Random} from '../../source/base/ports.js';
import {seeded} from './fake-engine.ts';

/** Chance that is the same for the same seed. */
export function seededRandom(seed: number): Random {
	const next = seeded(seed);
	return {next, bytes: length => Uint8Array.from({length}, () => Math.floor(next() * 256))};
}
