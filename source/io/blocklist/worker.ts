import {parentPort, workerData} from 'node:worker_threads';
import {readBlocklist} from './read-blocklist.js';
import type {BlocklistAnswer} from './thread.js';

/** The thread that reads one blocklist: `workerData` is its path. */
const say = (answer: BlocklistAnswer, transfer: ArrayBuffer[] = []): void =>
	parentPort!.postMessage(answer, transfer);

readBlocklist(workerData as string).then(
	list => {
		const {starts4, ends4, starts6, ends6} = list.table;
		say({list}, [...new Set([starts4, ends4, starts6, ends6].map(({buffer}) => buffer as ArrayBuffer))]);
	},
	(error: NodeJS.ErrnoException) => say({code: error.code, why: error.message}),
);
