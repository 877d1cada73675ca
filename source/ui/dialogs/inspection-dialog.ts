import type {PieceInspection} from '../../api/command.js';
import type {Row, Span} from '../present/row.js';
import {count, size} from '../text/format.js';
import {terminalText} from '../text/text.js';
import type {DialogKind} from './dialog-kind.js';

/** What a cell of the grid of pieces holds, and who has it. */
export interface InspectionDialog {
	readonly kind: 'inspection';
	readonly inspection: PieceInspection;
	readonly cell: number;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		inspection: InspectionDialog;
	}
}

const mostFiles = 6;
const mostPeers = 4;

/** Values below one another, the first of them named. */
function named(name: string, values: readonly string[], tone: Span[1]): Row[] {
	return values.map((value, index) => [
		[` ${(index === 0 ? name : '').padEnd(9)}`, 'faint'],
		[terminalText(value), tone],
	]);
}

export const inspectionDialog: DialogKind<InspectionDialog> = {
	shape: 'box',
	key(screen, _dialog, key) {
		screen.setDialog(undefined);
		// Moving on the grid looks into the next cell.
		if (!['left', 'right', 'up', 'down'].includes(key)) return;
		screen.run(key, '', key);
		screen.run('inspect', '', key);
	},
	line: ({inspection}) => [[`Piece ${inspection.piece}  ${terminalText(inspection.state)}`, 'text']],
	rows({inspection}) {
		const {piece, pieces, state, length, blocksHave, blocks, holders, requestedFrom, files} = inspection;
		const more = files.length - mostFiles;
		return {
			title: pieces > 1 ? `Pieces ${piece}-${piece + pieces - 1}, the first` : `Piece ${piece}`,
			rows: [
				...named('state', [state], 'title'),
				...named('length', [size(length)], 'text'),
				...named('blocks', [`${blocksHave} of ${blocks} here`], 'text'),
				...named('holders', [count(holders, 'connected peer')], holders < 2 ? 'rare' : 'text'),
				...named('asked of', requestedFrom.slice(0, mostPeers), 'flight'),
				...named('files', files.slice(0, mostFiles), 'text'),
				...(more > 0 ? [[[`          and ${more} more`, 'faint']] as Row] : []),
			],
			foot: '←→↑↓ next cell   Esc leaves',
			columns: 60,
		};
	},
};
