import {parentPort, workerData} from 'node:worker_threads';
import type {Bytes} from '../base/units.js';
import {ChangedFile, type HashJob, hashBatches} from './hash-pieces.js';

/** What a hashing thread tells: bytes hashed, or the file that could not be read and why. */
export type HashReport =
	| {readonly type: 'hashed'; readonly bytes: Bytes}
	| {
			readonly type: 'failed';
			readonly source: string;
			readonly code: string | undefined;
			readonly text: string;
	  };

try {
	hashBatches(workerData as HashJob, bytes =>
		parentPort!.postMessage({type: 'hashed', bytes} satisfies HashReport),
	);
} catch (error) {
	if (!(error instanceof ChangedFile)) throw error;
	const cause = error.cause as NodeJS.ErrnoException;
	const {source} = error;
	parentPort!.postMessage({
		type: 'failed',
		source,
		code: cause.code,
		text: cause.message,
	} satisfies HashReport);
}
