import {close, constants, fstat, open, statfs} from 'node:fs';
import {diskPath} from '../files/disk-path.js';

/** A file open for reading on the event loop. */
interface ReadHandle {
	descriptor: number;
	users: number;
	/** Who waits for it to open; undefined once it is. */
	waiting: Array<(error: NodeJS.ErrnoException | undefined, descriptor: number) => void> | undefined;
	/** To be closed when the last user lets go: the file may be another one by now. */
	stale: boolean;
	/** Whether it lies on a disk of this machine; undefined until the system was asked. */
	isLocal: boolean | 'asked' | undefined;
}

/** File systems whose reads Linux counts for who reads, and that wait for no other machine: see `magic.h`. */
const localTypes: ReadonlySet<number> = new Set([
	0xef53, // ext2, ext3, ext4
	0x58465342, // XFS
	0x9123683e, // Btrfs
	0xf2f52010, // F2FS
	0x01021994, // tmpfs
]);

/** The files the event loop holds open for reading, at most so many; by path. Opened off the loop. */
export class ReadHandles {
	readonly #limit: number;
	readonly #isLocal: (type: number) => boolean;
	/** Used longest ago first. */
	readonly #handles = new Map<string, ReadHandle>();
	/** The last of them, or one that has gone. */
	#newest: ReadHandle | undefined;
	/** Who waits for room. */
	readonly #queue: Array<() => void> = [];
	#count = 0;

	/** @param isLocal by the number of a file system's type */
	constructor(limit: number, isLocal = (type: number) => localTypes.has(type)) {
		this.#limit = limit;
		this.#isLocal = isLocal;
	}

	/** `got` has the file until the function it was handed is called. */
	use(
		path: string,
		got: (error: NodeJS.ErrnoException | undefined, descriptor: number, release: () => void) => void,
	): void {
		const known = this.#handles.get(path);
		if (known) {
			this.#touch(path, known);
			known.users++;
			const release = (): void => this.#release(known);
			if (known.waiting) known.waiting.push((error, descriptor) => got(error, descriptor, release));
			else got(undefined, known.descriptor, release);
			return;
		}

		if (this.#count >= this.#limit && !this.#makeRoom()) {
			this.#queue.push(() => this.use(path, got));
			return;
		}

		this.#count++;
		const handle: ReadHandle = {
			descriptor: -1,
			users: 1,
			waiting: [],
			stale: false,
			isLocal: undefined,
		};
		this.#handles.set(path, handle);
		this.#newest = handle;
		handle.waiting!.push((error, descriptor) => got(error, descriptor, () => this.#release(handle)));
		openFile(path, (error, descriptor) => {
			const waiting = handle.waiting!;
			handle.waiting = undefined;
			if (error) {
				if (this.#handles.get(path) === handle) this.#handles.delete(path);
				handle.stale = true;
			} else handle.descriptor = descriptor;
			for (const told of waiting) told(error ?? undefined, descriptor);
		});
	}

	/**
	 * The descriptor of a file that is open, for use before anything else is done here: -1 where reading it may wait for
	 * another machine. Undefined when it is not open, or nobody knows yet where it is.
	 */
	openLocal(path: string): number | undefined {
		const handle = this.#handles.get(path);
		if (handle === undefined || handle.waiting !== undefined) return undefined;
		if (handle.isLocal === undefined) this.#locate(path, handle);
		if (handle.isLocal === 'asked') return undefined;
		if (!handle.isLocal) return -1;
		this.#touch(path, handle);
		return handle.descriptor;
	}

	#locate(path: string, handle: ReadHandle): void {
		handle.isLocal = 'asked';
		statfs(diskPath(path), (error, stats) => {
			handle.isLocal = !error && this.#isLocal(stats.type);
		});
	}

	#touch(path: string, handle: ReadHandle): void {
		if (this.#newest === handle) return;
		this.#handles.delete(path);
		this.#handles.set(path, handle);
		this.#newest = handle;
	}

	/** Forgets files whose path begins with `prefix`; they are closed once nobody reads them. */
	forget(prefix: string): void {
		for (const [path, handle] of this.#handles) {
			if (!path.startsWith(prefix)) continue;
			this.#handles.delete(path);
			handle.stale = true;
			if (handle.users === 0) this.#close(handle);
		}
	}

	#makeRoom(): boolean {
		for (const [path, handle] of this.#handles) {
			if (handle.users > 0) continue;
			this.#handles.delete(path);
			this.#close(handle);
			return true;
		}

		return false;
	}

	#release(handle: ReadHandle): void {
		if (--handle.users > 0) return;
		if (handle.stale) this.#close(handle);
		while (this.#queue.length > 0 && (this.#count < this.#limit || this.#makeRoom())) this.#queue.shift()!();
	}

	#close(handle: ReadHandle): void {
		this.#count--;
		if (handle.descriptor >= 0) close(handle.descriptor, () => undefined);
	}
}

/** Opens a file for reading. Pipes are not waited for, and what is not a file cannot be read. */
function openFile(
	path: string,
	done: (error: NodeJS.ErrnoException | null, descriptor: number) => void,
): void {
	open(diskPath(path), constants.O_RDONLY | constants.O_NONBLOCK, (error, descriptor) => {
		if (error) return done(error, descriptor);
		fstat(descriptor, (problem, stats) => {
			if (!problem && (stats.isFile() || stats.isDirectory())) return done(null, descriptor);
			close(descriptor, () => done(problem ?? Object.assign(new Error('not a file'), {code: 'EINVAL'}), -1));
		});
	});
}
