import {constants, setPriority} from 'node:os';
import {parentPort, workerData} from 'node:worker_threads';
import {UserError} from '../base/errors.js';
import {formatMagnet} from '../protocol/metainfo/magnet.js';
import {createTorrent} from './create-torrent.js';
import type {FromCreation, SentOptions} from './creation-messages.js';

/** How often progress is told, in ms. */
const pause = 100;

const port = parentPort!;
const options = workerData as SentOptions;
// Here, and nowhere else, it is the thread's own; those that it begins have it, too.
if (options.calm && process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);
const aborted = new AbortController();
// Whatever is said to it means that it shall end.
port.once('message', () => aborted.abort(new UserError('ended', 'it was ended')));

function tell(message: FromCreation): void {
	port.postMessage(message);
}

let told = 0;

async function make(): Promise<void> {
	let length = 0;
	const {bytes, metainfo} = await createTorrent({
		...options,
		signal: aborted.signal,
		onFound(found) {
			length = found;
			tell({type: 'found', length});
		},
		onSkipped: what => tell({type: 'skipped', what}),
		onProgress(hashed) {
			const now = performance.now();
			if (now - told < pause) return;
			told = now;
			tell({type: 'hashed', bytes: hashed});
		},
	});
	tell({type: 'hashed', bytes: length});
	tell({type: 'made', bytes, magnet: formatMagnet(metainfo)});
}

void make()
	.catch((error: unknown) => {
		if (!(error instanceof UserError)) throw error;
		const {code, message, exitStatus} = error;
		tell({type: 'failed', code, message, exitStatus});
	})
	.finally(() => port.close());
