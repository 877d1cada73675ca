import type {ScreenContext} from '../screen/screen-context.js';
import {moveCell} from './cursor.js';

/** Asks what the cell under the cursor holds, and shows it. `cells`: how many the grid has. */
export function inspect(screen: ScreenContext, cells: number): void {
	const {torrent, cell: cursor} = screen.state().view;
	if (torrent === undefined) return;
	const cell = Math.max(0, cursor);
	screen.send({type: 'piece.inspect', id: torrent, cell, cells}, ({inspection}) => {
		// What was opened since, or another torrent, goes before an answer that comes late.
		const now = screen.state().view;
		if (inspection && !now.dialog && now.torrent === torrent && now.pane === 'pieces')
			screen.setDialog({kind: 'inspection', inspection, cell});
	});
}

/** Goes to the next cell that is not complete. */
export function nextMissing(screen: ScreenContext, cells: string): void {
	moveCell(screen, cell => {
		for (let offset = 1; offset <= cells.length; offset++) {
			const at = (cell + offset) % cells.length;
			if (cells[at] !== 'h' && cells[at] !== 'u') return at;
		}
		return cell;
	});
}
