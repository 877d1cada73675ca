import {isAbsolute} from 'node:path';
import type {
	AddOptions,
	Command,
	PieceSelection,
	RemovedFiles,
	Reply,
	TorrentPreview,
} from '../../api/command.js';
import type {TorrentView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';
import type {StorageFailure} from '../../io/disk/storage.js';
import {joinRanges, type PieceRange} from '../../policy/pieces/piece-priorities.js';
import type {Peer} from '../peers/peer-connection.js';
import type {Torrent} from '../torrent/torrent.js';
import {inspectCell} from '../views/piece-inspection.js';
import {pauseAll, resumeAll} from './pause-all.js';
import type {QueueManager} from './queue-manager.js';
import type {SessionLimits} from './session-limits.js';

/** Pieces of one torrent: with more of them due nothing is urgent any more. */
const mostDue = 10_000;

/** What commands work on: the session. */
export interface CommandHost {
	readonly torrents: ReadonlyMap<string, Torrent>;
	readonly queue: QueueManager;
	readonly limits: SessionLimits;
	/** By the session's clock. */
	now(): Millis;
	add(bytes: Uint8Array, options: AddOptions): Promise<Reply>;
	addLink(link: string, options: AddOptions): Promise<Reply>;
	preview(link: string): Promise<TorrentPreview>;
	remove(torrent: Torrent, withData: boolean): Promise<RemovedFiles | undefined>;
	/** Says where the data of a torrent is of which nobody knew it. */
	settle(torrent: Torrent, dir: string): Promise<void>;
	/** Reads `HOST:PORT`. Rejects with a `UserError`. */
	resolvePeer(text: string): Promise<PeerAddress>;
	list(): TorrentView[];
}

/** Does what was asked, but for ending the session. Rejects with a `UserError` when it cannot be done. */
export async function executeCommand(
	host: CommandHost,
	command: Exclude<Command, {readonly type: 'session.stop'}>,
): Promise<Reply> {
	switch (command.type) {
		case 'torrent.add':
			return host.add(bytesOf(command.metainfo), command.options ?? {});
		case 'torrent.addLink':
			return host.addLink(command.link, command.options ?? {});
		case 'torrent.preview':
			return {preview: await host.preview(command.link)};
		case 'piece.inspect': {
			const inspection = inspectCell(find(host, command.id), command.cell, command.cells, host.now());
			return inspection === undefined ? {} : {inspection};
		}
		case 'torrent.remove': {
			const torrent = find(host, command.id);
			requireFree(torrent, command);
			const removed = await host.remove(torrent, command.withData);
			return removed === undefined ? {} : {removed};
		}
		case 'torrent.reannounce':
			return {reannouncement: find(host, command.id).sources.hurry()};
		case 'session.pauseAll':
			pauseAll(host.torrents.values());
			break;
		case 'session.resumeAll':
			resumeAll(host.queue);
			break;
		case 'session.slowMode':
			host.limits.setSlowMode(command.on);
			break;
		case 'session.limits':
			host.limits.set(command);
			break;
		case 'session.list':
			return {torrents: host.list()};
		default:
			await executeFor(host, find(host, command.id), command);
	}
	return {};
}

/** Commands for one torrent that have nothing to tell. */
async function executeFor(
	host: CommandHost,
	torrent: Torrent,
	command: Exclude<
		Extract<Command, {readonly id: string}>,
		{readonly type: 'piece.inspect' | 'torrent.reannounce' | 'torrent.remove'}
	>,
): Promise<void> {
	requireFree(torrent, command);
	switch (command.type) {
		case 'torrent.pause':
			torrent.post({type: 'pause'});
			return host.queue.plan();
		case 'torrent.resume':
			torrent.allow();
			torrent.allow({
				...(command.overwrite && {overwrite: true}),
				...(command.repair && {repair: true, overwrite: true, absence: true}),
			});
			if (command.repair) torrent.seedOnly = false;
			return host.queue.start(torrent, 'quick');
		case 'torrent.verify':
			return torrent.post({type: 'verify'});
		case 'torrent.move':
			if (!isAbsolute(command.dir))
				throw new UserError('relative-dir', `the folder ${command.dir} is not absolute: write it in full`, 2);
			if (torrent.held !== undefined) return host.settle(torrent, command.dir);
			return refuse(await torrent.relocation.move(command.dir));
		case 'torrent.rename':
			requireFiles(torrent, [command.fileIndex]);
			return refuse(await torrent.relocation.rename(command.fileIndex, command.name));
		case 'torrent.sequential':
			return torrent.post({type: 'set', settings: {sequential: command.on}});
		case 'torrent.superSeed':
			return torrent.post({type: 'set', settings: {superSeeding: command.on}});
		case 'torrent.label':
			return torrent.post({type: 'set', settings: {label: command.label}});
		case 'torrent.queue':
			return host.queue.move(torrent, command.position);
		case 'torrent.limits':
			return limit(host, torrent, command);
		case 'files.priority':
			requireFiles(torrent, command.files);
			torrent.post({type: 'prioritise', files: command.files, priority: command.priority});
			return host.queue.plan();
		case 'piece.priority':
			torrent.post({
				type: 'prioritisePieces',
				pieces: requirePieces(torrent, command.pieces),
				priority: command.priority,
			});
			return host.queue.plan();
		case 'piece.deadline': {
			const pieces = requirePieces(torrent, command.pieces);
			if (command.within !== null) requireFewDue(torrent, pieces);
			torrent.post({type: 'deadline', pieces, within: command.within});
			return host.queue.plan();
		}
		case 'tracker.add':
			return void torrent.sources.trackers.add(command.url, command.tier);
		case 'tracker.remove':
			return torrent.sources.trackers.remove(command.url);
		case 'peer.add': {
			const address = await host.resolvePeer(command.address);
			return torrent.post({type: 'peers', addresses: [address], source: 'manual'});
		}
		case 'peer.kick':
			return findPeer(torrent, command.peer).close('kicked');
		case 'peer.ban':
			return torrent.banPeer(findPeer(torrent, command.peer));
		default:
			command satisfies never;
	}
}

function bytesOf(metainfo: string | Uint8Array): Uint8Array {
	return typeof metainfo === 'string' ? Buffer.from(metainfo, 'base64') : metainfo;
}

function find(host: CommandHost, id: string): Torrent {
	const torrent = host.torrents.get(id);
	if (torrent === undefined)
		throw new UserError('no-such-torrent', 'the engine has no such torrent: see `tortui list`');
	return torrent;
}

/** Of a torrent whose data nobody knows the place of there is little that can be done. */
function requireFree({held}: Torrent, command: Command): void {
	if (held === undefined) return;
	if (command.type === 'torrent.remove') {
		if (!command.withData) return;
		throw new UserError('held', 'nobody knows where its data is: remove it without its data');
	}
	if (command.type !== 'torrent.move' || held.why === 'later') throw new UserError('held', held.text);
}

function findPeer(torrent: Torrent, peer: number): Peer {
	const found = torrent.swarm.peers.get(peer);
	if (found === undefined) throw new UserError('no-such-peer', 'that peer is not connected any more');
	return found;
}

function requireFiles(torrent: Torrent, files: readonly number[]): void {
	for (const index of files) {
		const file = torrent.metainfo.files[index];
		if (file === undefined || file.pad) throw new UserError('no-such-file', `there is no file ${index}`);
	}
}

/** The same pieces as runs that do not touch. */
function requirePieces(torrent: Torrent, pieces: PieceSelection): PieceRange[] {
	const {pieceCount} = torrent;
	for (const entry of pieces) {
		const [first, last] = typeof entry === 'number' ? [entry, entry] : entry;
		if (first <= last && torrent.map.isPiece(first) && torrent.map.isPiece(last)) continue;
		const wrong = first <= last && torrent.map.isPiece(first) ? last : first;
		throw new UserError('no-such-piece', `there is no piece ${wrong}: they are 0 to ${pieceCount - 1}`);
	}
	return joinRanges(pieces);
}

function requireFewDue(torrent: Torrent, pieces: readonly PieceRange[]): void {
	const {deadlines} = torrent.downloader;
	let count = pieces.reduce((sum, [first, last]) => sum + last + 1 - first, 0);
	if (count <= mostDue) {
		for (const [first, last] of pieces)
			for (let piece = first; piece <= last; piece++) if (deadlines.has(piece)) count--;
	}
	if (count + deadlines.size > mostDue) {
		throw new UserError(
			'too-many-due',
			`no more than ${mostDue} pieces of a torrent can be due at a time: give a priority to those that are not urgent`,
		);
	}
}

function limit(
	host: CommandHost,
	torrent: Torrent,
	change: Extract<Command, {readonly type: 'torrent.limits'}>,
): void {
	const pick = (value: number | null | undefined, before: number | undefined) =>
		value === null ? undefined : (value ?? before);
	const {download, upload} = torrent.rateLimits;
	if (change.maxDownload !== undefined || change.maxUpload !== undefined)
		torrent.setLimits(pick(change.maxDownload, download.rate), pick(change.maxUpload, upload.rate));
	const {seedRatio, seedTime, goalReached} = {...change, goalReached: torrent.goal.reached};
	torrent.post({
		type: 'set',
		settings: {...(seedRatio !== undefined && {seedRatio}), ...(seedTime !== undefined && {seedTime})},
	});
	// A goal that was moved further away is not reached any more.
	if (goalReached && torrent.runs) host.queue.start(torrent, 'quick');
}

function refuse(failure: StorageFailure | undefined): void {
	if (failure !== undefined) throw new UserError(failure.code, failure.message);
}
