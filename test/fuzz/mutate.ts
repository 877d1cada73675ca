import {env} from 'node:process';

const {FUZZ_SEED, FUZZ_ROUNDS} = env;

/** The seed of a run: FUZZ_SEED, or always the same. */
export const fuzzSeed = (usual: number): number => Number(FUZZ_SEED ?? usual);

/** How many inputs a test tries: FUZZ_ROUNDS, or what a usual run has time for. */
export const fuzzRounds = (usual: number): number => Number(FUZZ_ROUNDS ?? usual);

const snippets = [
	'd',
	'l',
	'i',
	'e',
	':',
	'0:',
	'i-1e',
	'i0e',
	'de',
	'le',
	'99999999:',
	'i9223372036854775807e',
	'4:info',
];

/** A damaged copy: bytes changed, cut out, doubled or put in, a few times. */
export function mutate(sample: Uint8Array, random: () => number): Uint8Array {
	let bytes = new Uint8Array(sample);
	const below = (limit: number) => Math.floor(random() * limit);
	for (let times = 1 + below(4); times > 0 && bytes.length > 0; times--) {
		const at = below(bytes.length);
		const span = below(Math.min(24, bytes.length - at)) + 1;
		switch (below(6)) {
			case 0:
				bytes[at] = below(256);
				break;
			case 1:
				// Digits and letters of bencode, so that what follows still means something.
				bytes[at] = '0123456789ledi:-'.charCodeAt(below(16));
				break;
			case 2:
				bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + span)]);
				break;
			case 3:
				bytes = new Uint8Array([...bytes.subarray(0, at + span), ...bytes.subarray(at)]);
				break;
			case 4:
				bytes = new Uint8Array([
					...bytes.subarray(0, at),
					...Buffer.from(snippets[below(snippets.length)]!),
					...bytes.subarray(at),
				]);
				break;
			default:
				bytes = bytes.slice(0, at);
		}
	}

	return bytes;
}
