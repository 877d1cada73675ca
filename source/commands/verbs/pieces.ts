import type {PieceSelection} from '../../api/command.js';
import type {PieceInspection, PiecesView, TorrentView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import type {Bytes} from '../../base/units.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {priorityWords} from '../../ui/present/files.js';
import {size} from '../../ui/text/format.js';
import {type Context, defineCommand, type Options} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {duration, integer} from '../arguments/quantities.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {lookAtTorrent} from '../torrents/look.js';
import {priorityOrUsual} from '../torrents/priority-values.js';
import {tellEach} from '../torrents/tell-each.js';
import {withEngine} from '../torrents/with-engine.js';

const usualCells = 60;
/** As many are looked at one by one. */
const mostInspected = 1000;

/** Pieces as they are typed: `0,4-9,12-`. */
function readPieces(text: string, pieces: number): PieceSelection {
	return text.split(',').map(part => {
		const match = /^\s*(\d{1,9})\s*(-?)\s*(\d{0,9})\s*$/.exec(part);
		if (!match)
			throw new UserError(
				'bad-value',
				`pieces: ${JSON.stringify(part)} is not a number or a range such as 4-9`,
				2,
			);
		const first = Number(match[1]);
		const end = pieces > 0 ? pieces - 1 : Infinity;
		const last = match[2] === '' ? first : match[3] === '' ? end : Number(match[3]);
		if (match[2] === '' && match[3] !== '')
			throw new UserError('bad-value', `pieces: ${JSON.stringify(part)} is no number`, 2);
		if (pieces > 0 && (first >= pieces || last >= pieces))
			throw new UserError(
				'no-such-piece',
				`there is no piece ${Math.max(first, last)}: they are 0 to ${pieces - 1}`,
				2,
			);
		if (last < first) throw new UserError('bad-value', `pieces: ${part}: write the lower number first`, 2);
		return first === last ? first : [first, last];
	});
}

function each(selection: PieceSelection): number[] {
	return selection.flatMap(entry => {
		if (typeof entry === 'number') return [entry];
		const [first, last] = entry;
		return Array.from({length: Math.min(mostInspected, last + 1 - first)}, (_, at) => first + at);
	});
}

const options = {
	priority: {
		kind: 'value',
		value: 'PRIORITY',
		read: priorityOrUsual,
		help: `what they become: ${priorityWords.join(', ')}; usual: as their files`,
	},
	within: {
		kind: 'value',
		value: 'TIME',
		read: (value, where) => (/^none$/i.test(value.trim()) ? null : duration(value, where) * 1000),
		help: 'they are wanted before all others, in this time: 2s, 1m; none takes it back',
	},
	cells: {
		kind: 'value',
		value: 'N',
		read: integer(1, 10_000),
		help: 'fold the map into so many cells',
		standard: String(usualCells),
	},
	...remoteOptions,
} as const satisfies Options;

function mapLines(name: string, length: Bytes, view: PiecesView): string[] {
	const {pieces, have, inFlight, checking, cells, availability, copies} = view;
	return [
		terminalLine(name),
		`  ${have} of ${pieces} pieces of ${size(length)} are here, ${inFlight} on their way, ${checking} being checked; ${copies.toFixed(2)} copies around`,
		`  ${cells}`,
		`  ${availability}`,
	];
}

function inspectionLine(found: PieceInspection): string {
	const {piece, state, length, priority, dueIn, holders, blocks, blocksHave, requestedFrom, files} = found;
	return [
		piece,
		state,
		length,
		priority === undefined ? '' : priorityWords[priority],
		dueIn === undefined ? '' : Math.round(dueIn),
		holders,
		`${blocksHave}/${blocks}`,
		requestedFrom.join(','),
		files.map(terminalLine).join(','),
	].join('\t');
}

async function show(
	torrents: readonly TorrentView[],
	cells: number,
	engine: RemoteEngine,
	isJson: boolean,
	{stdout}: Context,
) {
	const all: object[] = [];
	for (const {id, name, pieceLength} of torrents) {
		const {pieces} = await lookAtTorrent(engine, id, {pieces: cells});
		if (pieces === undefined) continue;
		if (isJson) all.push({infoHash: id, name, pieceLength, ...pieces});
		else stdout.write(`${mapLines(name, pieceLength, pieces).join('\n')}\n`);
	}
	if (isJson) stdout.write(`${terminalJson(all, 2)}\n`);
}

/** Shows the pieces of a torrent of the running engine, and says which are wanted first. */
export const command = defineCommand({
	name: 'pieces',
	usage: ['pieces ID [PIECES] [options]'],
	summary: 'Shows the pieces of a torrent of the running engine, or says which are wanted first.',
	words: [1, 2],
	options,
	notes: [
		idNote.replace('; all: every one', ''),
		'',
		'PIECES: numbers from 0 and ranges: 0,4-9,12-. With --priority or --within they are wanted so; without, each is told in a line with tabs between: number, state, bytes, priority, milliseconds until it is due, peers that have it, blocks, who it is asked of, files.',
		'Without PIECES the map: h have, c being checked, r on its way, p partly, m missing, u not wanted; below it how many peers have the rarest of each cell.',
	],
	run({input, flags, given}, context) {
		const [word = '', typed] = input;
		const {priority, within} = flags;
		const changes = given.has('priority') || given.has('within');
		if (changes && typed === undefined)
			throw new UserError(
				'usage',
				'name the pieces: tortui pieces ID 0-9 --priority first (see: tortui pieces --help)',
				2,
			);
		if (typed !== undefined) readPieces(typed, 0);
		return withEngine(flags, context, async engine => {
			const torrents = await findTorrents(engine, [word]);
			if (typed === undefined) {
				await show(torrents, flags.cells ?? usualCells, engine, flags.json, context);
				return 0 as const;
			}
			const inspections: object[] = [];
			const tell = async ({id, pieces: cells}: TorrentView) => {
				if (cells === 0)
					throw new UserError('no-metadata', 'nobody has said yet what it holds: wait for a peer that does');
				const pieces = readPieces(typed, cells);
				if (priority !== undefined) await engine.send({type: 'piece.priority', id, pieces, priority});
				if (within !== undefined) await engine.send({type: 'piece.deadline', id, pieces, within});
				if (changes) return undefined;
				for (const cell of each(pieces).slice(0, mostInspected)) {
					const {inspection} = await engine.send({type: 'piece.inspect', id, cell, cells});
					if (inspection === undefined) continue;
					if (flags.json) inspections.push({infoHash: id, ...inspection});
					else context.stdout.write(`${inspectionLine(inspection)}\n`);
				}
				return undefined;
			};
			await tellEach(torrents, tell, {json: flags.json && changes}, context);
			if (flags.json && !changes) context.stdout.write(`${terminalJson(inspections, 2)}\n`);
			return 0 as const;
		});
	},
});
