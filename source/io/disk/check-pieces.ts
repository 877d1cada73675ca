import type {Bytes} from '../../base/units.js';
import type {Checking, StorageFailure} from './storage.js';
import type {DiskWorkerQueue} from './worker-queue.js';

/** A worker is given this much to check at once: between two such portions it does other jobs. */
const portion: Bytes = 8 << 20;
const portionPieces = 1024;
/** Portions a worker has at once, so that it never waits for the next. */
const portionsAhead = 2;

/** Has workers hash pieces that are on disk, in order; each takes the next portion when it is done with one. */
export function checkPieces(
	workers: readonly DiskWorkerQueue[],
	torrent: number,
	pieceLength: Bytes,
	pieces: ArrayLike<number>,
	told: (piece: number, right: boolean) => void,
): Checking {
	const each = Math.max(1, Math.min(portionPieces, Math.floor(portion / pieceLength)));
	const todo = Int32Array.from(pieces);
	let next = 0;
	let stopped = false;
	let why: StorageFailure | undefined;

	const work = async (worker: DiskWorkerQueue, first: boolean): Promise<void> => {
		let fresh = first;
		while (!stopped && next < todo.length) {
			const some = todo.slice(next, next + each);
			next += each;
			const {right, failure} = await worker.request(torrent, {type: 'check', pieces: some, fresh});
			fresh = false;
			if (stopped) return;
			if (failure !== undefined) {
				why = failure;
				stopped = true;
				return;
			}
			for (const [n, piece] of some.entries()) told(piece, right?.[n] === 1);
		}
	};

	const shares = workers.flatMap(worker =>
		Array.from({length: portionsAhead}, (_, ahead) => work(worker, ahead === 0)),
	);
	const done = Promise.all(shares).then(() => why);
	return {
		done,
		stop() {
			stopped = true;
		},
	};
}
