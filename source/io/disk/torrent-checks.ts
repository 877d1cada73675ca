import {checkPieces} from './check-pieces.js';
import type {Checking, StorageFailure} from './storage.js';
import type {DiskWorkerQueue} from './worker-queue.js';

/** What checking asks of a storage. */
export interface CheckHost {
	/** The number the workers know the torrent by. */
	readonly torrent: number;
	/** The worker that writes the torrent's files, and knows where they are. */
	worker(): DiskWorkerQueue;
	/** Lends the workers that a check may use besides, until `giveBack` is called. */
	acquireCheckers(): {readonly workers: readonly DiskWorkerQueue[]; readonly giveBack: () => void};
	/** Settled when the files are where workers look for them. */
	settled(): Promise<unknown> | undefined;
	/** A check begins: files may have been replaced by others. */
	begun(): void;
	/** Tells a worker where they are. */
	openIn(worker: DiskWorkerQueue): void;
}

/** The checks of one torrent's files, and the workers that have helped with them. */
export class TorrentChecks {
	readonly #host: CheckHost;
	readonly #going = new Set<Checking>();
	/** They may hold files open. */
	readonly #workers = new Set<DiskWorkerQueue>();

	constructor(host: CheckHost) {
		this.#host = host;
	}

	/** As `Storage.check`: when the files are in their place. */
	begin(
		pieceLength: number,
		pieces: ArrayLike<number>,
		told: (piece: number, right: boolean) => void,
	): Checking {
		let stopped = false;
		let inner: Checking | undefined;
		const begin = async (): Promise<StorageFailure | undefined> => {
			await this.#host.settled();
			if (stopped) return undefined;
			inner = this.#check(pieceLength, pieces, told);
			return inner.done;
		};
		const checking = {
			done: begin(),
			stop() {
				stopped = true;
				inner?.stop();
			},
		};
		this.#going.add(checking);
		void checking.done.then(() => this.#going.delete(checking));
		return checking;
	}

	#check(
		pieceLength: number,
		pieces: ArrayLike<number>,
		told: (piece: number, right: boolean) => void,
	): Checking {
		const host = this.#host;
		host.begun();
		const {workers, giveBack} = host.acquireCheckers();
		for (const worker of workers) {
			this.#workers.add(worker);
			if (!worker.has(host.torrent)) host.openIn(worker);
		}
		const checking = checkPieces([host.worker(), ...workers], host.torrent, pieceLength, pieces, told);
		void checking.done.then(giveBack);
		return checking;
	}

	/** Resolves when those that go on now are done. */
	async idle(): Promise<void> {
		await Promise.all([...this.#going].map(({done}) => done));
	}

	/** Cuts those short that go on. */
	stop(): void {
		for (const checking of this.#going) checking.stop();
	}

	/** Has them close the torrent's files. */
	async leaveWorkers(): Promise<void> {
		const {torrent} = this.#host;
		for (const worker of this.#workers) {
			if (worker.has(torrent)) await worker.request(torrent, {type: 'close'});
		}
		this.#workers.clear();
	}
}
