import type {PieceSelection} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import {joinRanges, type PieceRange} from '../../policy/pieces/piece-priorities.js';
import type {Torrent} from '../torrent/torrent.js';
import {type CommandHost, type CommandsOf, requireContent} from './command-host.js';

/** Pieces of one torrent: with more of them due nothing is urgent any more. */
const mostDue = 10_000;

/** Says which files and pieces of a torrent are wanted, and when. Throws a `UserError` when there are none such. */
export function executeForPieces(
	host: CommandHost,
	torrent: Torrent,
	command: CommandsOf<'files'> | Exclude<CommandsOf<'piece'>, {readonly type: 'piece.inspect'}>,
): void {
	switch (command.type) {
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
			torrent.post({type: 'deadline', pieces, within: command.within, step: command.step});
			return host.queue.plan();
		}
		default:
			command satisfies never;
	}
}

/** Throws a `UserError` for numbers that are of no file. */
export function requireFiles(torrent: Torrent, files: readonly number[]): void {
	const {metainfo} = requireContent(torrent);
	for (const index of files) {
		const file = metainfo.files[index];
		if (file === undefined || file.pad) throw new UserError('no-such-file', `there is no file ${index}`);
	}
}

/** The same pieces as runs that do not touch. */
function requirePieces(torrent: Torrent, pieces: PieceSelection): PieceRange[] {
	const {pieceCount, map} = requireContent(torrent);
	for (const entry of pieces) {
		const [first, last] = typeof entry === 'number' ? [entry, entry] : entry;
		if (first <= last && map.isPiece(first) && map.isPiece(last)) continue;
		const wrong = first <= last && map.isPiece(first) ? last : first;
		throw new UserError('no-such-piece', `there is no piece ${wrong}: they are 0 to ${pieceCount - 1}`);
	}
	return joinRanges(pieces);
}

function requireFewDue(torrent: Torrent, pieces: readonly PieceRange[]): void {
	const {deadlines} = requireContent(torrent).downloader;
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
