import type {FilePriority} from '../../api/snapshot.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {FileStamp, Storage, StorageFailure} from '../../io/disk/storage.js';
import {changed} from '../../io/disk/torrent-reader.js';
import type {OtherPlace, ResumeData} from '../../io/state/resume-data.js';
import {isAsLeft, isSameStamp, type Stamp} from '../../policy/pieces/check-plan.js';
import {blockState} from '../../policy/requests/partial-pieces.js';
import {fileOwner} from '../../policy/session/file-ownership.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import type {Torrent} from './torrent.js';

const flushTime: Millis = 3000;

/** What resume data says of the data on disk; the rest of it is what people chose and what was counted. */
type DataMemory = Pick<ResumeData, 'have' | 'partials' | 'stamps' | 'peers' | 'owners'>;

/** What is known of a torrent's data on disk, and is kept over restarts. */
export class ResumeState {
	/** Rises when something changes that resume data holds. */
	revision = 0;
	/** Where some of its files may be besides: a move is under way, or was cut short. */
	otherPlace: OtherPlace | undefined;
	/**
	 * What was found when the files of a torrent that does not run were looked at, where it is less than what is known of
	 * them: to be shown, not to be believed.
	 */
	counted: Bitfield | undefined;
	#inherited: OtherPlace | undefined;
	readonly #torrent: Torrent;
	readonly #clock: Clock;
	#known: ResumeData | undefined;
	/** What files were when they were moved while it did not run. */
	#stamps: Pick<ResumeData, 'stamps' | 'owners'> | undefined;
	/** Something could not be put on the disk: a bit must not outlive its bytes, so that all is to be looked at anew. */
	#lostBytes = false;
	/** How the files are that are whole; by number. */
	#whole: Array<FileStamp | undefined> = [];
	/** Whether the torrent's pieces are what is on the disk; not while that is still being found out. */
	#settled = false;

	constructor(torrent: Torrent, clock: Clock) {
		this.#torrent = torrent;
		this.#clock = clock;
	}

	/** What was known last; undefined when nothing was, or when it is to be found out anew. */
	get known(): ResumeData | undefined {
		return this.#known;
	}

	/** Takes up what an earlier session knew. */
	take(memory: ResumeData): void {
		this.#known = memory;
		this.otherPlace = memory.otherPlace;
		this.counted = memory.counted;
		this.#inherited = memory.otherPlace;
	}

	/** Where files may be that an earlier session was moving when it ended. */
	get cutShort(): OtherPlace | undefined {
		return this.otherPlace === this.#inherited ? this.#inherited : undefined;
	}

	/**
	 * It is being found out what is on the disk: until `begin` the torrent's pieces are no account of that. What was had
	 * is remembered, to be compared with what is found; only files that were whole are known to be as they were.
	 */
	doubt(): void {
		if (!this.#settled) return;
		this.#settled = false;
		const torrent = this.#torrent;
		const stamps = torrent.metainfo.files.map((_, file) => this.#whole[file]);
		// Of one that has let go of its files they are whose they were then.
		const owners = this.#known?.owners;
		this.#known = resumeDataOf(torrent, {...(owners && {owners}), ...dataOf(torrent), stamps});
	}

	/** How a file is that is whole; undefined for the others. */
	wholeStamp(file: number): FileStamp | undefined {
		return this.#settled ? this.#whole[file] : undefined;
	}

	/** The last piece of some files was verified: they are to stay as they were when it was written. */
	completed(files: readonly number[]): void {
		const {storage} = this.#torrent;
		if (!this.#settled || storage?.writtenStamp === undefined) return;
		for (const file of files) {
			const stamp = storage.writtenStamp(file);
			if (stamp === undefined || this.#whole[file] !== undefined) continue;
			this.#whole[file] = stamp;
			storage.expectFile?.(file, stamp);
		}
	}

	/**
	 * The torrent's files are what it says of them.
	 *
	 * @param stamps what they were before they were looked at
	 */
	begin(storage: Storage, stamps: ReadonlyArray<FileStamp | undefined>): void {
		this.#settled = true;
		this.counted = undefined;
		this.#stamps = undefined;
		this.#lostBytes = false;
		this.#whole = [];
		this.#believe(storage, this.#wholeFiles(), stamps);
	}

	/** Files lie elsewhere now, where times may be kept less exactly. */
	moved(): void {
		if (this.#known !== undefined) this.#known = {...this.#known, dir: this.#torrent.dir};
		const {storage, active} = this.#torrent;
		if (storage === undefined || !active) return;
		this.#whole = [];
		storage.expect([]);
	}

	/**
	 * Something was done with the files of a torrent that does not run: copies may be younger than what they were made
	 * from. Files that were not as they had been left before are not believed now. What turns up where nothing of the
	 * torrent's was before is somebody else's, until something in it is found right.
	 */
	restamp(before: readonly Stamp[], after: readonly Stamp[]): void {
		if (this.#known === undefined || this.#known.stamps.length === 0) return;
		const isNews = (file: number): boolean => before[file] === undefined && after[file] !== undefined;
		const stamps = this.#known.stamps.map((left, file) => {
			if (isNews(file)) return undefined;
			return isSameStamp(left, before[file]) ? after[file] : left;
		});
		const owners = this.#known.owners?.map((owner, file) => (isNews(file) ? fileOwner.absent : owner));
		this.#known = {...this.#known, stamps, ...(owners && {owners})};
		this.#stamps = {stamps, ...(owners && {owners})};
	}

	/**
	 * Resolves when everything is on the disk. When the torrent is being let go of a slow disk is not waited for: what is
	 * written will come there, unless the power goes.
	 */
	flush(storage: Storage): Promise<StorageFailure | undefined> {
		const flushed = storage.flush();
		if (this.#torrent.active) return flushed;
		return Promise.race([
			flushed,
			new Promise<undefined>(resolve => this.#clock.after(flushTime, () => resolve(undefined))),
		]);
	}

	/** Resume data of a torrent of whose data nothing is known: all that is on disk then is hashed. */
	nothing(): ResumeData {
		return resumeDataOf(this.#torrent, nothingKnown(this.#torrent));
	}

	/** Everything resume data needs, as of now. Looks at every file's size and time. */
	async now(): Promise<ResumeData> {
		const torrent = this.#torrent;
		const {storage} = torrent;
		// While pieces are being checked, and when that was cut short, what was known before is the better account. A disk
		// that has not answered when the torrent was closed is not asked again.
		if (storage === undefined || !this.#settled || torrent.activity.name === 'closed') {
			const known = this.#known ?? nothingKnown(torrent);
			return resumeDataOf(torrent, {...pickData(known), ...(storage === undefined && this.#stamps)});
		}
		// Times are read before the pieces: what is written meanwhile makes its file newer than known, and so it is looked
		// at next time. The other way round a piece would be lost that came between.
		const isAnything = torrent.have.count > 0 || torrent.downloader.partials.size > 0;
		const whole = this.#wholeFiles();
		const stamps = isAnything ? await storage.stamps() : [];
		const changedFile = whole.find(file => this.#whole[file] && !isAsLeft(stamps[file], this.#whole[file]));
		const data = dataOf(torrent);
		const failure =
			(await this.flush(storage)) ?? (changedFile === undefined ? undefined : this.#changedFile(changedFile));
		// Some file systems settle a file's time only when its bytes are on the disk.
		const isNew = whole.some(file => this.#whole[file] === undefined);
		this.#believe(storage, whole, isNew ? await storage.stamps() : stamps);
		if (failure !== undefined && torrent.active) torrent.post({type: 'failure', failure});
		if (failure !== undefined && failure.code !== 'changed') this.#lostBytes = true;
		const left = this.#lostBytes ? [] : stamps.map((stamp, file) => this.#whole[file] ?? stamp);
		this.#known = resumeDataOf(torrent, {...data, stamps: left});
		return this.#known;
	}

	/** The numbers of files that are whole: nobody writes to them any more. */
	#wholeFiles(): number[] {
		const {files, metainfo} = this.#torrent;
		const whole: number[] = [];
		for (const [file, {length}] of metainfo.files.entries()) {
			if (length > 0 && files.completed[file] === length) whole.push(file);
		}
		return whole;
	}

	/** From now on these files are to stay as they are. */
	#believe(storage: Storage, whole: readonly number[], stamps: ReadonlyArray<FileStamp | undefined>): void {
		for (const file of whole) {
			const left = this.#whole[file];
			const now = stamps[file];
			// Its time was settled to when we wrote to it; from now on it stays.
			this.#whole[file] = left === undefined || (now !== undefined && isAsLeft(now, left)) ? now : left;
		}
		storage.expect(this.#whole);
	}

	#changedFile(file: number): StorageFailure {
		return changed(this.#torrent.pathOf(file));
	}
}

function pickData({have, partials, stamps, peers, owners}: DataMemory): DataMemory {
	return {have, partials, stamps, peers, ...(owners && {owners})};
}

/** For a torrent of which nothing was looked at yet. */
function nothingKnown(torrent: Torrent): DataMemory {
	return {have: new Bitfield(torrent.map.pieceCount), partials: [], stamps: [], peers: []};
}

/** What is on the disk now, but for the stamps; only what has arrived there counts. */
function dataOf(torrent: Torrent): Omit<DataMemory, 'stamps'> {
	const {map} = torrent;
	const have = new Bitfield(map.pieceCount);
	for (let piece = 0; piece < map.pieceCount; piece++) if (torrent.have.has(piece)) have.set(piece);
	const partials = [...torrent.downloader.partials.all()]
		.filter(partial => !partial.hashing)
		.map(({piece, states, blocks}) => ({
			piece,
			blocks: [...states.subarray(0, blocks).entries()].flatMap(([block, state]) =>
				state === blockState.onDisk ? [block] : [],
			),
		}))
		.filter(({blocks}) => blocks.length > 0);
	const owners = torrent.storage?.owners?.slice();
	return {have, partials, peers: torrent.swarm.list.export(), ...(owners && {owners})};
}

/** Everything that a torrent takes along to the next session. */
function resumeDataOf(torrent: Torrent, data: DataMemory): ResumeData {
	const {rateLimits, stats, goal} = torrent;
	return {
		id: torrent.id,
		name: torrent.metainfo.name,
		dir: torrent.dir,
		addedAt: torrent.addedAt,
		active: torrent.wanted,
		queue: torrent.queue,
		...data,
		priorities: [...torrent.files.priorities] as FilePriority[],
		piecePriorities: torrent.pieceChoice.export(),
		downloaded: stats.downloaded,
		uploaded: stats.uploaded,
		wasted: stats.wasted,
		completedAt: stats.completedAt,
		sequential: torrent.sequential,
		superSeeding: torrent.superSeeding.wanted,
		label: torrent.label,
		activeTime: stats.activeTime,
		seedingTime: stats.seedingTime,
		trackers: torrent.sources.trackers.tiers,
		namedTrackers: torrent.sources.trackers.named,
		maxPeers: torrent.maxPeers,
		maxDownload: rateLimits.download.rate,
		maxUpload: rateLimits.upload.rate,
		seedRatio: goal.ratio,
		seedTime: goal.time,
		goalWaived: goal.waived,
		counted: torrent.memory.counted,
		heldWithAll: torrent.heldWithAll,
		renamed: [...torrent.renamed],
		names: torrent.names.history,
		otherPlace: torrent.memory.otherPlace,
		link: undefined,
	};
}
