import type {PieceInspection} from '../../api/snapshot.js';
import type {Row, Span} from '../present/row.js';
import {wrapRows} from '../present/wrapped-row.js';
import {count, rateWithUnit, size} from '../text/format.js';
import {terminalText} from '../text/text.js';
import type {DialogKind} from './dialog-kind.js';
import {oneOfListKey} from './one-of-list.js';
import {topOf} from './scrolled.js';

/** What a cell of the grid of pieces holds, and who has it. */
export interface InspectionDialog {
	readonly kind: 'inspection';
	readonly inspection: PieceInspection;
	readonly cell: number;
	/** The first row to show. */
	readonly top?: number;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		inspection: InspectionDialog;
	}
}

const mostFiles = 4;
const mostPeers = 4;

/** Values below one another, the first of them named. */
function named(name: string, values: readonly string[], tone: Span[1]): Row[] {
	return values.map((value, index) => [
		[` ${(index === 0 ? name : '').padEnd(9)}`, 'faint'],
		[terminalText(value), tone],
	]);
}

/** Who has a piece: their addresses, and what those send us. */
function holderTexts({heldBy = []}: PieceInspection): readonly string[] {
	return heldBy
		.slice(0, mostPeers)
		.map(({address, rate}) => `${address}${rate > 0 ? ` at ${rateWithUnit(rate)}` : ''}`);
}

/** Every piece of the cell, neighbours alike in a row. */
function runRows({pieces, runs = [], first = 0}: PieceInspection): Row[] {
	if (pieces <= 1 || runs.length === 0) return [];
	const rows: Row[] = runs.map(({first: from, last, state, holders, heldBy}) => {
		const isHad = state === 'have';
		const who = heldBy && heldBy.length > 0 ? `: ${heldBy.join(', ')}` : '';
		const told = holders === 0 ? 'nobody has it' : `${count(holders, 'holder')}${who}`;
		return [
			[` ${(from === last ? String(from) : `${from}-${last}`).padEnd(15)}`, 'text'],
			[` ${terminalText(state).padEnd(14)}`, isHad ? 'good' : 'text'],
			[` ${told}`, !isHad && holders < 2 ? 'rare' : 'dim'],
		];
	});
	const end = (runs.at(-1)?.last ?? first) + 1;
	const more = first + pieces - end;
	return [
		[],
		[[' all of its pieces', 'faint']],
		...rows,
		...(more > 0 ? [[[` and ${more} more`, 'faint']] as Row] : []),
	];
}

const onGrid = {left: 'left', right: 'right', up: 'up', down: 'down'};

export const inspectionDialog: DialogKind<InspectionDialog> = {
	shape: 'box',
	key(screen, dialog, key) {
		const show = (top: number) => screen.setDialog({...dialog, top});
		oneOfListKey(inspectionDialog, screen, dialog, key, {command: 'inspect', show, moves: onGrid});
	},
	line: ({inspection}) => [[`Piece ${inspection.piece}  ${terminalText(inspection.state)}`, 'text']],
	rows({inspection, top = 0}, room) {
		const {piece, pieces, state, length, blocksHave, blocks, holders, requestedFrom, files} = inspection;
		const first = inspection.first ?? piece;
		const more = files.length - mostFiles;
		const rows = wrapRows(
			[
				...(pieces > 1 ? named('piece', [`${piece}, which matters most of ${pieces}`], 'text') : []),
				...named('state', [state], 'title'),
				...named('length', [size(length)], 'text'),
				...named('blocks', [`${blocksHave} of ${blocks} here`], 'text'),
				...named('holders', [count(holders, 'connected peer')], holders < 2 ? 'rare' : 'text'),
				...named('', holderTexts(inspection), 'dim'),
				...named('asked of', requestedFrom.slice(0, mostPeers), 'flight'),
				...named('files', files.slice(0, mostFiles), 'text'),
				...(more > 0 ? [[[`          and ${more} more`, 'faint']] as Row] : []),
				...runRows(inspection),
			],
			Math.min(72, room.columns),
		);
		return {
			title: pieces > 1 ? `Pieces ${first}-${first + pieces - 1}` : `Piece ${piece}`,
			rows,
			top: topOf(top, rows.length, room.rows),
			foot:
				rows.length > room.rows - 3
					? room.columns < 48
						? '←→↑↓ next   PgDn more   Esc leaves'
						: '←→↑↓ next cell   PgUp PgDn more   Esc leaves'
					: '←→↑↓ next cell   Esc leaves',
			columns: 72,
		};
	},
};
