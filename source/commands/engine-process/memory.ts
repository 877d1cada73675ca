import {readFileSync} from 'node:fs';
import process from 'node:process';
import {getHeapStatistics} from 'node:v8';
import {setFlagLater} from '../start/late-flags.js';

const mebibyte = 1024 ** 2;

/** Bytes of heap below which the program does not come up: --max-old-space-size=8 or less. */
const leastHeap = 56 * mebibyte;
/** Bytes of address space that a process with its threads reserves beside what it has at its start, most of it unused. */
const leastSpace = 1300 * mebibyte;

/**
 * Keeps the room for what lives for one request or connection only as small as it begins. An engine that 10,000 strangers
 * connect to takes 140 MiB at most instead of up to 247; a tracker of 100,000 peers takes 83 MiB instead of 108, after a flood
 * of requests over HTTP 150 instead of up to 230, for no more CPU.
 */
export function keepNurserySmall(): void {
	setFlagLater({flag: '--semi-space-growth-factor=1', usual: '--semi-space-growth-factor=2'});
}

/** What is known of how much memory the process may take. Absent: not known, or no limit. */
export interface MemoryLimits {
	/** Bytes of V8's heap. */
	readonly heap: number;
	/** Bytes of address space, and of those that are taken. */
	readonly space?: number;
	readonly taken?: number;
}

/** The limits of this process; those of the address space on Linux. */
export function memoryLimits(): MemoryLimits {
	const heap = getHeapStatistics().heap_size_limit;
	if (process.platform !== 'linux') return {heap};
	try {
		const space = /^Max address space\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
		if (space === undefined) return {heap};
		const taken = /^VmSize:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
		return {heap, space: Number(space), taken: Number(taken ?? 0) * 1024};
	} catch {
		return {heap};
	}
}

/** Why the program cannot run within such limits, in words; undefined when it can. V8 would end it with a stack trace. */
export function memoryShortage({heap, space, taken = 0}: MemoryLimits): string | undefined {
	if (heap < leastHeap)
		return `too little memory: Node.js may take ${Math.floor(heap / mebibyte)} MiB; give it more with NODE_OPTIONS=--max-old-space-size=256`;
	if (space !== undefined && space - taken < leastSpace) {
		const needed = Math.ceil((taken + leastSpace) / mebibyte / 512) / 2;
		return `too little memory: ulimit -v allows ${Math.floor(space / mebibyte)} MiB of address space and ${needed.toFixed(1)} GiB are needed; raise it, or limit memory otherwise`;
	}
	return undefined;
}

/** Whether an error means that the machine or a limit of it has no more memory or threads to give. */
export function isShortOfMemory(error: unknown): boolean {
	const {message, code} = error as {message?: unknown; code?: unknown};
	return (
		/^(?:ENOMEM|ERR_WORKER_OUT_OF_MEMORY|ERR_WORKER_INIT_FAILED|ERR_MEMORY_ALLOCATION_FAILED)$/.test(
			String(code),
		) ||
		/allocation failed|out of memory|cannot allocate|could not allocate|reaching memory limit/i.test(
			String(message),
		)
	);
}
