import {changed} from '../../io/disk/torrent-reader.js';
import {isAsLeft} from '../../policy/pieces/check-plan.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {Torrent} from '../torrent/torrent.js';
import type {SessionService} from './session-service.js';

/** Files looked at a second, over all torrents: nothing for a disk, and a small session is gone round in a moment. */
const looksATick = 16;

/**
 * Looks at whole files of running torrents in turn, so that one that was deleted, moved away or changed is noticed
 * though nobody asks for it.
 */
export class FilePatrol implements SessionService {
	readonly #torrents: ReadonlyMap<string, Torrent>;
	#route: Array<readonly [torrent: Torrent, file: number]> = [];
	#looking = false;

	constructor(torrents: ReadonlyMap<string, Torrent>) {
		this.#torrents = torrents;
	}

	/** Once a second. */
	tick(): void {
		if (this.#looking) return;
		if (this.#route.length === 0) this.#plan();
		const some = this.#route.splice(-looksATick);
		if (some.length === 0) return;
		this.#looking = true;
		void Promise.all(some.map(([torrent, file]) => this.#look(torrent, file))).finally(() => {
			this.#looking = false;
		});
	}

	/** Every whole file once; a round over many takes its time. */
	#plan(): void {
		for (const torrent of this.#torrents.values()) {
			const {content, active} = torrent;
			if (!active || content?.storage?.expectFile === undefined) continue;
			const {count} = fileTable(content.metainfo);
			for (let file = 0; file < count; file++)
				if (torrent.resumeState.wholeStamp(file) !== undefined) this.#route.push([torrent, file]);
		}
		this.#route.reverse();
	}

	async #look(torrent: Torrent, file: number): Promise<void> {
		const {content} = torrent;
		const storage = content?.storage;
		if (!torrent.active || storage === undefined || torrent.resumeState.isMoving) return;
		const left = torrent.resumeState.wholeStamp(file);
		if (left === undefined) return;
		const [now] = await storage.stamps([file]);
		const stillLeft = torrent.resumeState.wholeStamp(file);
		const {isMoving} = torrent.resumeState;
		if (storage !== content?.storage || isMoving || stillLeft !== left) return;
		if (isAsLeft(now, left)) return;
		torrent.post({type: 'failure', failure: changed(content.pathOf(file))});
	}
}
