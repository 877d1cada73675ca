import {writeSync} from 'node:fs';
import process from 'node:process';
import {Writable} from 'node:stream';

/**
 * Writes all of `bytes` to a file. A file on a disk that is filling up may take a part of it without an error: only
 * asking again for the rest tells.
 */
export function writeAll(
	descriptor: number,
	bytes: Uint8Array,
	write: (descriptor: number, bytes: Uint8Array) => number = writeSync,
): void {
	for (let from = 0; from < bytes.length; ) {
		const taken = write(descriptor, bytes.subarray(from));
		if (taken === 0) throw Object.assign(new Error('EIO: nothing more is taken, write'), {code: 'EIO'});
		from += taken;
	}
}

/** A file or device that is written at once and whole, in place of Node's own stream, which forgets what was not taken. */
function fileStream(descriptor: number): Writable {
	return new Writable({
		write(chunk: Uint8Array, _encoding, done) {
			try {
				writeAll(descriptor, chunk);
				done();
			} catch (error) {
				done(error as Error);
			}
		},
	});
}

/**
 * The one writer of standard output. What a command has written reaches its reader whole, or the command did not
 * succeed: `written` waits for as long as somebody reads, and answers what went wrong.
 */
export class StandardOutput {
	/** What commands write to. */
	readonly stream: NodeJS.WriteStream;
	#failure: NodeJS.ErrnoException | undefined;

	/** `failed` hears once of the first error. */
	constructor(stdout: NodeJS.WriteStream, failed: (error: NodeJS.ErrnoException) => void) {
		// Node's name for a stream on a file or a device that is no terminal.
		const isFile = (stdout as {_type?: string})._type === 'fs';
		this.stream = isFile
			? (fileStream((stdout as {fd?: number}).fd ?? 1) as unknown as NodeJS.WriteStream)
			: stdout;
		this.stream.on('error', (error: NodeJS.ErrnoException) => {
			if (this.#failure) return;
			this.#failure = error;
			failed(error);
		});
	}

	/**
	 * Resolves when all of it has been taken, or cannot be: then with the error. Waits as long as the reader takes,
	 * or `limit` milliseconds.
	 */
	async written(limit?: number): Promise<NodeJS.ErrnoException | undefined> {
		const {stream} = this;
		// An error is told a turn later than it happened.
		await new Promise(resolve => setImmediate(resolve));
		if (!this.#failure && stream.writableLength > 0) {
			await new Promise<void>(resolve => {
				if (limit !== undefined) setTimeout(resolve, limit);
				stream.once('error', () => resolve());
				stream.write('', () => resolve());
			});
			await new Promise(resolve => setImmediate(resolve));
		}
		return this.#failure;
	}
}

/** Ends this process as programs end that do not know the signal: a shell sees 128 and its number. */
export function endBySignal(signal: 'SIGPIPE'): void {
	const nothing = () => {};
	// Node ignores this signal until somebody has listened to it.
	process.on(signal, nothing);
	process.off(signal, nothing);
	process.kill(process.pid, signal);
}
