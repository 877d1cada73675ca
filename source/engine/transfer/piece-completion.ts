import type {LogLevel} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {Storage} from '../../io/disk/storage.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {ExtensionRegistry} from '../extensions/extension-registry.js';
import type {Peer} from '../peers/peer-connection.js';
import type {SessionServices} from '../session/session-services.js';
import type {SourceSet} from '../sources/source-set.js';
import type {Swarm} from '../swarm/swarm.js';
import type {FileProgress} from '../torrent/file-progress.js';
import type {ResumeState} from '../torrent/resume-state.js';
import type {TransferStats} from '../torrent/transfer-stats.js';
import type {Downloader} from './downloader.js';
import type {SmartBan} from './smart-ban.js';
import type {SuperSeeding} from './super-seeding.js';

const haveDelay: Millis = 100;
/** Lines about single pieces are for slow downloads only. */
const pieceLogGap: Millis = 250;

/** What pieces that are stored ask of, and tell, their torrent. */
export interface CompletionOwner {
	readonly have: Bitfield;
	readonly files: FileProgress;
	readonly downloader: Downloader;
	/** Every wanted piece is had. */
	readonly needsNothing: boolean;
	readonly smartBan: SmartBan;
	readonly swarm: Swarm;
	/** Whether there is nobody. */
	readonly isAlone: boolean;
	readonly messages: {readonly extensions: Pick<ExtensionRegistry, 'completed'>};
	readonly sources: SourceSet;
	readonly superSeeding: SuperSeeding;
	readonly stats: TransferStats;
	readonly resumeState: ResumeState;
	readonly storage: Storage | undefined;
	readonly active: boolean;
	readonly peers: Iterable<Peer>;
	/** The last wanted piece is on disk. */
	changed(): void;
	applyLimits(now: Millis): void;
	log(level: LogLevel, text: string): void;
}

/** Takes note of pieces that the disk has stored, and of the last of them; tells peers and trackers. */
export class PieceCompletion {
	readonly #owner: CompletionOwner;
	readonly #services: SessionServices;
	#newHaves: number[] = [];
	#haveTimer = false;
	#wasComplete = false;
	#announced = false;
	#lastPieceLog: Millis = 0;

	constructor(owner: CompletionOwner, services: SessionServices) {
		this.#owner = owner;
		this.#services = services;
	}

	/** The torrent begins to run: what it has now did not just arrive. */
	begin(): void {
		this.#wasComplete = this.#owner.needsNothing;
		this.#announced = this.#owner.have.full;
	}

	/** The torrent runs, and everybody has been told. */
	begun(): void {
		this.#tellEarlyPeers();
		if (!this.#wasComplete) return;
		this.#owner.stats.completedAt ??= this.#services.clock.wall();
		this.#owner.changed();
	}

	/** Who came before it was known what the torrent holds was told that we have nothing. */
	#tellEarlyPeers(): void {
		const {have, peers, isAlone, superSeeding, messages} = this.#owner;
		for (const peer of peers) {
			if (!peer.ready || peer.isSeed || superSeeding.active) continue;
			for (let piece = 0; piece < have.length; piece++) if (have.has(piece)) peer.sendHave(piece);
		}
		if (this.#wasComplete && !isAlone) messages.extensions.completed(true);
	}

	/** The disk says that a piece is right and in its place. */
	stored(piece: number): void {
		const {smartBan, downloader, have, files, resumeState} = this.#owner;
		smartBan.right(piece);
		downloader.stored(piece);
		if (have.set(piece)) {
			const whole = files.tally(piece, 1);
			if (whole.length > 0) resumeState.completed(whole);
		}
		resumeState.revision++;
		if (!this.#owner.active) return;
		this.#services.budget.buffersFreed();
		this.#newHaves.push(piece);
		if (!this.#haveTimer) {
			this.#haveTimer = true;
			this.#services.clock.after(haveDelay, () => this.#sendHaves());
		}
		this.#logPiece(piece);
		if (downloader.needed.count === 0) this.checkCompletion();
	}

	#logPiece(piece: number): void {
		const now = this.#services.clock.now();
		if (now - this.#lastPieceLog < pieceLogGap) return;
		this.#lastPieceLog = now;
		this.#owner.log('debug', `piece ${piece} verified`);
	}

	#sendHaves(): void {
		this.#haveTimer = false;
		const pieces = this.#newHaves;
		this.#newHaves = [];
		for (const peer of this.#owner.peers) {
			if (!peer.ready || peer.isSeed) continue;
			// Who has a piece is told, too: a super-seeder waits for that.
			for (const piece of pieces) peer.sendHave(piece);
		}
	}

	/** Something arrived, or other files are wanted now: is that all? Only for a torrent that runs. */
	checkCompletion(): void {
		const owner = this.#owner;
		const complete = owner.needsNothing;
		if (complete === this.#wasComplete) return;
		this.#wasComplete = complete;
		if (!owner.isAlone) owner.messages.extensions.completed(complete);
		if (!complete) return this.#wantMore();
		owner.stats.completedAt = this.#services.clock.wall();
		owner.log('info', owner.have.full ? 'complete' : 'every wanted file is complete');
		if (owner.have.full && !this.#announced) {
			this.#announced = true;
			owner.sources.completed();
		}
		if (owner.have.full) {
			void owner.storage?.createLinks().then(failure => {
				if (failure !== undefined) owner.log('warn', failure.message);
			});
		}
		for (const peer of owner.peers) if (peer.ready) peer.setInterested(false);
		owner.applyLimits(this.#services.clock.now());
		owner.superSeeding.review();
		owner.swarm.chokes.soon();
		owner.changed();
	}

	/** Whoever was let go because there was nothing to get may have what is wanted now. */
	#wantMore(): void {
		const {swarm, sources} = this.#owner;
		swarm.resume(this.#services.clock.now());
		sources.needPeers();
	}
}
