import type {PiecesView} from '../../api/snapshot.js';
import {isAtRisk} from '../present/piece-states.js';
import type {ScreenContext} from '../screen/screen-context.js';

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
export function nextMissing(screen: ScreenContext, {cells}: PiecesView): void {
	goTo(
		screen,
		next(screen, cells.length, at => cells[at] !== 'h' && cells[at] !== 'u'),
	);
}

/** Goes to the next cell in which something is missing that one of those who are connected has, or nobody. */
export function nextAtRisk(screen: ScreenContext, pieces: PiecesView): void {
	const peers = screen.state().model.torrent?.overview?.connected ?? 0;
	const at = next(screen, pieces.cells.length, cell => isAtRisk(pieces, cell, peers));
	if (at !== undefined) return goTo(screen, at);
	screen.say(
		peers === 0 ? 'Nobody is connected.' : 'Nothing is at risk: more than one have all that is missing.',
	);
}

/** The next cell of which this holds, after the one with the cursor; it comes last itself. */
function next(screen: ScreenContext, cells: number, holds: (cell: number) => boolean): number | undefined {
	const {cell} = screen.state().view;
	for (let offset = 1; offset <= cells; offset++) {
		const at = (cell + offset) % cells;
		if (holds(at)) return at;
	}
	return undefined;
}

function goTo(screen: ScreenContext, cell: number | undefined): void {
	if (cell !== undefined) screen.setView({cell});
}
