import {join} from 'node:path';
import {asInfoHash} from '../../base/units.js';
import type {FileStamp} from '../../io/disk/storage.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import {StateStore} from '../../io/state/torrent-store.js';
import {fileOwner} from '../../policy/session/file-ownership.js';
import {idOf} from '../../protocol/metainfo/swarm-hashes.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import type {Context} from '../arguments/command.js';
import {makeStateDir} from '../engine-process/state-dir.js';
import {claim, type Task} from './run-transfer.js';

/** What was hashed, and where. */
export interface Verified {
	readonly task: Task;
	readonly dir: string;
	readonly renamed: ReadonlyMap<number, readonly string[]>;
	/** One entry a piece: 1 where it is right. */
	readonly right: Uint8Array;
	/** How the files were before they were hashed, one entry a file. */
	readonly stamps: ReadonlyArray<FileStamp | undefined>;
	readonly stateDir: string | undefined;
}

/**
 * Notes which pieces are right where `get` and `seed` look for it, so that they need not hash them. What is known of the
 * same torrent in another folder is left as it is. Answers whether it is noted; says why not.
 *
 * @throws {UserError} when a `get` is at work there
 */
export async function noteVerified(
	{task, dir, renamed, right, stamps, stateDir}: Verified,
	{env, warn}: Context,
): Promise<boolean> {
	if (task.source.kind !== 'metainfo') return false;
	const {metainfo, bytes} = task.source;
	const folder = join(makeStateDir(stateDir, env), 'get');
	const lock = claim(folder, task);
	try {
		const store = new StateStore(folder, (_, text) => warn(text));
		const id = asInfoHash(idOf(metainfo))!;
		const saved = await store.find(id);
		if (saved !== undefined && saved.resume.dir !== dir) {
			warn(`what is right is not noted: ${saved.resume.dir} has it, too, and a get goes on there`);
			return false;
		}
		const have = new Bitfield(metainfo.pieceCount);
		for (const [piece, isRight] of right.entries()) if (isRight === 1) have.set(piece);
		const now = Date.now();
		const blank: ResumeData = {
			id,
			name: metainfo.name,
			dir,
			addedAt: now,
			completedAt: undefined,
			active: true,
			queue: 1,
			have,
			partials: [],
			stamps,
			priorities: [],
			piecePriorities: undefined,
			downloaded: 0,
			uploaded: 0,
			wasted: 0,
			activeTime: 0,
			seedingTime: 0,
			trackers: metainfo.trackers,
			peers: [],
			sequential: false,
			superSeeding: false,
			label: undefined,
			maxPeers: undefined,
			maxDownload: undefined,
			maxUpload: undefined,
			seedRatio: undefined,
			seedTime: undefined,
			renamed: [...renamed],
			names: 'found',
			otherPlace: undefined,
			link: undefined,
			// It was there, whoever made it: it goes with no torrent.
			owners: Uint8Array.from(stamps, stamp => (stamp === undefined ? fileOwner.absent : fileOwner.found)),
		};
		const {owners, hashes, partSize, ...choices} = saved?.resume ?? blank;
		const resume: ResumeData = {
			...choices,
			have,
			counted: undefined,
			partials: [],
			stamps,
			renamed: [...renamed],
			names: 'found',
			owners: owners ?? blank.owners!,
			...(hashes !== undefined && {hashes}),
			...(partSize !== undefined && {partSize}),
		};
		const failure = (await store.saveMetainfo(id, bytes, resume)) ?? (await store.save(resume));
		await store.settled();
		if (failure !== undefined) warn(`what is right is not noted: ${failure.message}`);
		return failure === undefined;
	} finally {
		lock.release();
	}
}
