import {Worker} from 'node:worker_threads';
import type {Millis} from '../../base/units.js';
import type {ReadBlocklist} from './read-blocklist.js';

/** What the thread says in the end. */
export type BlocklistAnswer =
	| {readonly list: ReadBlocklist}
	| {readonly code: string | undefined; readonly why: string};

/** The largest honest one takes a few seconds, and some more on a busy machine. */
const longest: Millis = 120_000;
/** In MiB. */
const memory = 1024;

const words: Readonly<Record<string, string>> = {
	ENOENT: 'there is no such file',
	ENOTDIR: 'there is no such file',
	EACCES: 'it may not be read',
	EPERM: 'it may not be read',
	Z_DATA_ERROR: 'it is damaged: gzip',
	Z_BUF_ERROR: 'it breaks off: gzip',
	ERR_WORKER_OUT_OF_MEMORY: 'it takes too much memory',
};

/**
 * Reads a blocklist in a thread of its own, which is there for as long as that takes. Rejects with an error that says in
 * words why it is none.
 *
 * @param path of a regular file, absolute
 */
export function readBlocklistAside(path: string): Promise<ReadBlocklist> {
	return new Promise((resolve, reject) => {
		const typescript = import.meta.url.endsWith('.ts');
		const worker = new Worker(
			new URL(typescript ? './worker.ts' : './blocklist-worker.js', import.meta.url),
			{
				name: 'blocklist',
				workerData: path,
				resourceLimits: {maxOldGenerationSizeMb: memory},
				...(typescript && {execArgv: ['--import=tsx']}),
			},
		);
		worker.unref();
		const late = setTimeout(() => end(new Error('it takes too long to read')), longest).unref();
		const end = (failure: Error | undefined, list?: ReadBlocklist): void => {
			clearTimeout(late);
			void worker.terminate();
			if (list !== undefined) resolve(list);
			else reject(failure);
		};
		const fail = (code: string | undefined, why: string): void => end(new Error(words[code ?? ''] ?? why));
		worker.once('message', (answer: BlocklistAnswer) => {
			if ('list' in answer) end(undefined, answer.list);
			else fail(answer.code, answer.why);
		});
		worker.once('error', error => fail((error as NodeJS.ErrnoException).code, (error as Error).message));
		worker.once('exit', () => end(new Error('its reader has ended')));
	});
}
