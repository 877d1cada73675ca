import {Worker} from 'node:worker_threads';
import {type ExitStatus, UserError} from '../base/errors.js';
import type {Bytes, Millis} from '../base/units.js';
import type {FromCreation, SentOptions} from './creation-messages.js';

/** A thread that was told to end, and hangs on a disk, is cut off after so long. */
const patience: Millis = 2000;

/** What is told meanwhile: see `CreateOptions`. */
interface CreationEvents {
	found(length: Bytes): void;
	hashed(bytes: Bytes): void;
	skipped(what: string): void;
}

/**
 * Makes a torrent as `createTorrent` does, in a thread of its own: whoever else needs this one is not kept waiting by a
 * slow disk. Rejects with a `UserError`, or with the signal's reason.
 */
export async function createTorrentAside(
	options: SentOptions,
	events: CreationEvents,
	signal: AbortSignal,
): Promise<{readonly bytes: Uint8Array; readonly magnet: string}> {
	signal.throwIfAborted();
	const worker = new Worker(new URL('./creation-worker.js', import.meta.url), {
		name: 'creation',
		workerData: options,
	});
	let late: NodeJS.Timeout | undefined;
	const stop = (): void => {
		worker.postMessage('end');
		late = setTimeout(() => void worker.terminate(), patience);
	};
	signal.addEventListener('abort', stop);
	try {
		return await new Promise((resolve, reject) => {
			worker.on('message', (message: FromCreation) => {
				switch (message.type) {
					case 'found':
						return events.found(message.length);
					case 'hashed':
						return events.hashed(message.bytes);
					case 'skipped':
						return events.skipped(message.what);
					case 'made':
						return resolve(message);
					case 'failed':
						return reject(new UserError(message.code, message.message, message.exitStatus as ExitStatus));
					default:
						return message satisfies never;
				}
			});
			worker.on('error', reject);
			worker.on('exit', () => reject(new Error('the thread that makes the torrent has ended')));
		});
	} catch (error) {
		signal.throwIfAborted();
		throw error;
	} finally {
		clearTimeout(late);
		signal.removeEventListener('abort', stop);
	}
}
