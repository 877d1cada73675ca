import type {PiecesView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';

/** With fewer peers than this one holder of a piece is nothing out of the ordinary. */
const enoughPeers = 3;

/** What a cell is drawn as: its shape where colours do not tell, and its tone. */
export type CellLook = readonly [shape: string, tone: Tone];

/** What is known besides the pieces themselves. */
export interface CellFacts {
	/** Cells in which something landed a moment ago. */
	readonly lit: ReadonlyMap<number, unknown>;
	/** Peers that are connected. */
	readonly peers: number;
	/** By cell, `1` where the peer that is looked at has something that is missing here. */
	readonly offered?: string | undefined;
	/** Cells of which something was sent a moment ago. */
	readonly sent?: ReadonlySet<number> | undefined;
}

/** Whether what is missing of a cell is about to be lost: nobody connected has it, or but one of several. */
export function isAtRisk(view: PiecesView, cell: number, peers: number): boolean {
	const state = view.cells[cell];
	if (peers === 0 || (state !== 'm' && state !== 'p')) return false;
	const holders = view.availability[cell];
	return holders === '0' || (holders === '1' && peers >= enoughPeers);
}

const plainLooks: Readonly<Record<string, CellLook>> = {
	h: ['h', 'have'],
	c: ['c', 'check'],
	r: ['r', 'flight'],
	m: ['m', 'missing'],
	u: ['u', 'unwanted'],
};
const litLook: CellLook = ['h', 'lit'];
const sentLook: CellLook = ['h', 'up'];
const heldLook: CellLook = ['h', 'held'];
const offeredLook: CellLook = ['o', 'accent'];
const riskLook: CellLook = ['x', 'rare'];
const lessLook: CellLook = ['l', 'some'];
const moreLook: CellLook = ['p', 'part'];

/** What a cell looks like. */
export function lookOf(view: PiecesView, cell: number, facts: CellFacts): CellLook {
	const state = view.cells[cell] ?? 'm';
	if (facts.offered !== undefined) {
		// What we have steps back, so that what somebody else has stands out.
		if (state === 'h') return heldLook;
		if (facts.offered[cell] === '1' && state !== 'r' && state !== 'c' && state !== 'u') return offeredLook;
	}
	if (facts.lit.has(cell)) return [state === 'h' ? 'h' : state, litLook[1]];
	if (state === 'h' && facts.sent?.has(cell)) return sentLook;
	if (isAtRisk(view, cell, facts.peers)) return riskLook;
	if (state === 'p') return (view.filled?.[cell] ?? '9') < '5' ? lessLook : moreLook;
	return plainLooks[state] ?? plainLooks['u']!;
}
