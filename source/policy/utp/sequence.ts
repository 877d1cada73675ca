/** How far a 16-bit number is ahead of another, round the end: -32768 .. 32767. */
export function sequenceDistance(to: number, from: number): number {
	return ((to - from) << 16) >> 16;
}

/** The 16-bit number `step` further on. */
export function sequenceAfter(sequence: number, step = 1): number {
	return (sequence + step) & 0xffff;
}

/** How far a 32-bit time is ahead of another, round the end: -2^31 .. 2^31 - 1. */
export function timeDistance(to: number, from: number): number {
	return (to - from) | 0;
}
