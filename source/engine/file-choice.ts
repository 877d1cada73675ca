import type {FilePriority} from '../api/snapshot.js';
import {UserError} from '../base/errors.js';
import type {Storage} from '../io/storage.js';
import {headPieces, type PieceMap, piecePriorities} from '../policy/piece-map.js';
import type {Metainfo} from '../protocol/metainfo.js';
import type {Downloader} from './downloader.js';
import type {FileTally} from './file-tally.js';
import type {TorrentEvent} from './torrent-event.js';

/** What choosing files asks of, and tells, their torrent. */
export interface FileChoiceOwner {
	readonly metainfo: Metainfo;
	readonly map: PieceMap;
	readonly files: FileTally;
	readonly downloader: Downloader;
	readonly storage: Storage | undefined;
	readonly active: boolean;
	/** Whether files take up all their room before anything comes. */
	readonly allocatesFully: boolean;
	/** Pieces are not what they were. */
	changed(): void;
	post(event: TorrentEvent): void;
}

/** Which files of a torrent people want, and which first; what follows for its pieces and on the disk. */
export class FileChoice {
	readonly #owner: FileChoiceOwner;

	constructor(owner: FileChoiceOwner) {
		this.#owner = owner;
	}

	/** What was chosen in an earlier session: one priority a file, or none at all. */
	take(priorities: readonly FilePriority[]): void {
		for (const priority of [0, 1, 2, 3, 4] as const) {
			this.#owner.files.setPriority(
				priorities.flatMap((value, index) => (value === priority ? [index] : [])),
				priority,
			);
		}
		this.apply();
	}

	/** @throws {UserError} `no-such-file`, and nothing has changed then */
	choose(chosen: readonly number[], priority: FilePriority): void {
		const {metainfo, files} = this.#owner;
		for (const index of chosen) {
			const file = metainfo.files[index];
			if (file === undefined || file.pad) throw new UserError('no-such-file', `there is no file ${index}`);
		}
		const before = files.wantedFiles;
		files.setPriority(chosen, priority);
		this.apply();
		const wanted = files.wantedFiles;
		if (wanted.some((value, index) => value !== before[index])) this.#layOut(wanted);
	}

	/** Files that are wanted now take over what the part file holds of them, and the other way round. */
	#layOut(wanted: Uint8Array): void {
		const owner = this.#owner;
		void owner.storage?.setWanted(wanted).then(async failure => {
			const {storage} = owner;
			const other =
				failure ??
				(await storage?.createEmptyFiles()) ??
				(owner.allocatesFully ? await storage?.allocate() : undefined);
			if (other !== undefined && owner.active) owner.post({type: 'failure', failure: other});
		});
	}

	/** Has pieces downloaded in the order that follows from the files'. */
	apply(): void {
		const {map, metainfo, files, downloader} = this.#owner;
		downloader.setPriorities(piecePriorities(map, metainfo.files, files.priorities));
		downloader.picker.setHeads(headPieces(map, metainfo.files, files.priorities));
		this.#owner.changed();
	}
}
