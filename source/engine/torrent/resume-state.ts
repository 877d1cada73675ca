import type {PeerAddress} from '../../base/peer-address.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {FileStamp, Storage, StorageFailure} from '../../io/disk/storage.js';
import {changed} from '../../io/disk/torrent-reader.js';
import type {OtherPlace, ResumeData} from '../../io/state/resume-data.js';
import {isAsLeft, isSameStamp, type Stamp} from '../../policy/pieces/check-plan.js';
import type {PartialPieces} from '../../policy/requests/partial-pieces.js';
import {fileOwner} from '../../policy/session/file-ownership.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import type {TorrentEvent} from './torrent-event.js';

const flushTime: Millis = 3000;

/** What resume data says of the data on disk; the rest of it is what people chose and what was counted. */
type DataMemory = Pick<ResumeData, 'have' | 'partials' | 'stamps' | 'peers' | 'owners'>;

/** The rest of resume data: what people chose and what was counted, gathered from the parts of the torrent that know it. */
export type ResumeSettings = Omit<ResumeData, keyof DataMemory | 'counted' | 'otherPlace' | 'partSize'>;

/** What the resume state asks of a torrent's content. */
export interface ResumeContent {
	readonly metainfo: Pick<Metainfo, 'files'>;
	readonly map: {readonly pieceCount: number};
	readonly have: Bitfield;
	readonly files: {readonly completed: ArrayLike<number>};
	/** Undefined while nobody has needed it. */
	readonly downloading: {readonly partials: PartialPieces} | undefined;
	readonly storage: Storage | undefined;
	pathOf(file: number): string;
}

/** What the resume state asks of its torrent. */
export interface ResumeOwner {
	readonly dir: string;
	readonly active: boolean;
	readonly closed: boolean;
	/** Undefined while nobody knows what the torrent holds: then there is no data of it. */
	readonly content: ResumeContent | undefined;
	/** Peers worth remembering. */
	readonly swarm: {export(): PeerAddress[]};
	/** The sections of its parts. */
	export(): ResumeSettings;
	post(event: TorrentEvent): void;
}

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
	readonly #owner: ResumeOwner;
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
	/** Rises when they come into doubt, or lie elsewhere: what was read of them before counts no more. */
	#account = 0;

	constructor(owner: ResumeOwner, clock: Clock) {
		this.#owner = owner;
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

	/** What the torrent holds has come to be known: nothing is known of its data. */
	contentKnown(): void {
		this.#known = undefined;
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
		const {content} = this.#owner;
		if (!this.#settled || content === undefined) return;
		this.#settled = false;
		this.#account++;
		const stamps = Array.from({length: fileTable(content.metainfo).count}, (_, file) => this.#whole[file]);
		// Of one that has let go of its files they are whose they were then.
		const owners = this.#known?.owners;
		this.#known = this.#with({...(owners && {owners}), ...this.#dataOf(content), stamps});
	}

	/** How a file is that is whole; undefined for the others. */
	wholeStamp(file: number): FileStamp | undefined {
		return this.#settled ? this.#whole[file] : undefined;
	}

	/** The last piece of some files was verified: they are to stay as they were when it was written. */
	completed(files: readonly number[]): void {
		const storage = this.#owner.content?.storage;
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

	/** Whether some of its files may be elsewhere than the others: what is seen of them tells nothing. */
	get isMoving(): boolean {
		return this.otherPlace !== undefined;
	}

	/** Files lie elsewhere now, where times may be kept less exactly: what was seen of them before counts no more. */
	moved(): void {
		this.#account++;
		if (this.#known !== undefined) this.#known = {...this.#known, dir: this.#owner.dir};
		const storage = this.#owner.content?.storage;
		if (storage === undefined || !this.#owner.active) return;
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
		this.revision++;
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
		if (this.#owner.active) return flushed;
		return Promise.race([
			flushed,
			new Promise<undefined>(resolve => this.#clock.after(flushTime, () => resolve(undefined))),
		]);
	}

	/** Resume data of a torrent of whose data nothing is known: all that is on disk then is hashed. */
	nothing(): ResumeData {
		return this.#with(this.#nothingKnown());
	}

	/** Everything resume data needs, as of now. Looks at every file's size and time. */
	async now(): Promise<ResumeData> {
		const {content} = this.#owner;
		const storage = content?.storage;
		// While pieces are being checked, and when that was cut short, what was known before is the better account. A disk
		// that has not answered when the torrent was closed is not asked again.
		if (content === undefined) return this.nothing();
		if (storage === undefined || !this.#settled || this.#owner.closed) return this.#asKnown(storage);
		// Times are read before the pieces: what is written meanwhile makes its file newer than known, and so it is looked
		// at next time. The other way round a piece would be lost that came between.
		const isAnything = content.have.count > 0 || (content.downloading?.partials.size ?? 0) > 0;
		const whole = this.#wholeFiles();
		const account = this.#account;
		const stamps = isAnything ? await storage.stamps() : [];
		if (account !== this.#account) return this.now();
		// While files are on their way elsewhere, each is now here and now there.
		const changedFile = this.isMoving
			? undefined
			: whole.find(file => this.#whole[file] && !isAsLeft(stamps[file], this.#whole[file]));
		const data = this.#dataOf(content);
		const failure =
			(await this.flush(storage)) ?? (changedFile === undefined ? undefined : this.#changedFile(changedFile));
		// Some file systems settle a file's time only when its bytes are on the disk.
		const isNew = whole.some(file => this.#whole[file] === undefined);
		const settledStamps = isNew ? await storage.stamps() : stamps;
		if (failure !== undefined && failure.code !== 'changed') this.#lostBytes = true;
		if (account === this.#account) {
			this.#believe(storage, whole, settledStamps);
			if (failure !== undefined && this.#owner.active) this.#owner.post({type: 'failure', failure});
		}
		// What its pieces were when this began is no account of them any more.
		if (account !== this.#account) return this.now();
		// Files that have become whole meanwhile are as they were before, as their pieces are.
		const wasWhole = new Set(whole);
		const left = stamps.map((stamp, file) => (wasWhole.has(file) ? (this.#whole[file] ?? stamp) : stamp));
		this.#known = this.#with({...data, stamps: this.#lostBytes ? [] : left});
		return this.#known;
	}

	/** As it was known last, and the stamps that files of a torrent that does not run were given since. */
	#asKnown(storage: Storage | undefined): ResumeData {
		const known = this.#known ?? this.#nothingKnown();
		return this.#with({...pickData(known), ...(storage === undefined && this.#stamps)});
	}

	/** The numbers of files that are whole: nobody writes to them any more. */
	#wholeFiles(): number[] {
		const whole: number[] = [];
		const {content} = this.#owner;
		if (content === undefined) return whole;
		const {files, metainfo} = content;
		if (content.have.count === 0) return whole;
		const {lengths} = fileTable(metainfo);
		for (let file = 0; file < lengths.length; file++) {
			if (lengths[file]! > 0 && files.completed[file] === lengths[file]) whole.push(file);
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
		return changed(this.#owner.content?.pathOf(file) ?? this.#owner.dir);
	}

	/** For a torrent of which nothing was looked at yet: one that came by a link knows whom it knows, and has no more. */
	#nothingKnown(): DataMemory {
		const {content, swarm} = this.#owner;
		const peers = swarm.export();
		return {have: new Bitfield(content?.map.pieceCount ?? 0), partials: [], stamps: [], peers};
	}

	/** What is on the disk now, but for the stamps; only what has arrived there counts. */
	#dataOf({map, have: had, downloading, storage}: ResumeContent): Omit<DataMemory, 'stamps'> {
		const have = new Bitfield(map.pieceCount);
		for (let piece = 0; piece < map.pieceCount; piece++) if (had.has(piece)) have.set(piece);
		const owners = storage?.owners?.slice();
		const peers = this.#owner.swarm.export();
		return {have, partials: downloading?.partials.export() ?? [], peers, ...(owners && {owners})};
	}

	/** Everything that a torrent takes along to the next session. */
	#with(data: DataMemory): ResumeData {
		return {...this.#owner.export(), ...data, counted: this.counted, otherPlace: this.otherPlace};
	}
}

function pickData({have, partials, stamps, peers, owners}: DataMemory): DataMemory {
	return {have, partials, stamps, peers, ...(owners && {owners})};
}
