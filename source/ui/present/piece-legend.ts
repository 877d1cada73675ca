import type {FileView, PieceInspection, PiecesView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';
import {count, rateWithUnit} from '../text/format.js';
import {cellWidth, fitMiddle, nameText} from '../text/text.js';
import type {Look} from './context.js';
import {type CellFacts, isAtRisk} from './piece-states.js';
import {fitRow, type Row, rowWidth, type Span, spread} from './row.js';

/** How many pieces a cell stands for. */
function scaleText(view: PiecesView): string {
	const pieces = view.pieces / view.cells.length;
	if (pieces <= 1) return '1 cell = 1 piece';
	return `1 cell = ${pieces < 9.95 ? pieces.toFixed(1).replace('.0', '') : Math.round(pieces)} pieces`;
}

/** Cells that hold what may be lost. */
function riskCount(view: PiecesView, peers: number): number {
	let cells = 0;
	for (let cell = 0; cell < view.cells.length; cell++) if (isAtRisk(view, cell, peers)) cells++;
	return cells;
}

type Entry = readonly [shape: string, tone: Tone, name: string, short: string, isShown: boolean];

/** What the colours and shapes in sight mean: what is shown, and nothing else. */
export function legendRow(
	view: PiecesView,
	facts: CellFacts,
	{halves, tiles, files}: {readonly halves: boolean; readonly tiles: boolean; readonly files: boolean},
	columns: number,
	{glyphs, colourless}: Look,
): Row {
	const isColoured = halves || tiles;
	const has = (state: string) => view.cells.includes(state);
	const risk = riskCount(view, facts.peers) > 0;
	const isOver = facts.offered !== undefined;
	const entries: readonly Entry[] = [
		['h', isOver ? 'held' : 'have', 'have', 'have', has('h')],
		['o', 'accent', 'this peer has', 'peer', facts.offered?.includes('1') ?? false],
		['p', 'part', 'partly', 'part', has('p')],
		['r', 'flight', 'in flight', 'now', has('r')],
		['m', 'missing', 'missing', 'miss', has('m')],
		['x', 'rare', 'at risk', 'risk', risk],
		['c', 'check', 'checking', 'check', has('c')],
		['u', 'unwanted', 'not wanted', 'skip', has('u')],
		['h', 'lit', 'just landed', 'new', has('r') && !isOver && !colourless],
		['h', 'up', 'sent lately', 'sent', (facts.sent?.size ?? 0) > 0 && !colourless],
	];
	const scale = ` ${scaleText(view)}`;
	const short = entries.filter(entry => entry[4]).length > 4 ? 100 : 60;
	const isLong = columns >= short;
	const room = columns - (columns >= 60 ? scale.length : 0);
	const legend: Span[] = [];
	for (const [shape, tone, name, brief, isShown] of entries) {
		if (!isShown) continue;
		const lead = legend.length > 0 ? '  ' : '';
		const word = ` ${isLong ? name : brief}`;
		if (rowWidth(legend) + lead.length + 1 + word.length > room) break;
		legend.push([`${lead}${isColoured ? glyphs.square : (glyphs.cell[shape] ?? ' ')}`, tone], [word, 'dim']);
	}
	if (files && rowWidth(legend) + 8 <= room) {
		const sign: Span = tiles
			? [`  ${glyphs.fileEdge}`, 'title']
			: halves
				? [`  ${glyphs.square}`, has('h') ? 'edge' : 'gap']
				: [`  ${glyphs.seam}`, 'have'];
		legend.push(sign, [isLong ? ' file begins' : ' file', 'dim']);
	}
	return rowWidth(legend) + scale.length > columns
		? fitRow(legend, columns)
		: spread(legend, [[scale, 'faint']], columns);
}

/** How it stands with what is missing, where nobody looks into a cell. */
export function summaryRow(view: PiecesView, facts: CellFacts, columns: number, look: Look): Row {
	const {dot} = look.glyphs;
	if (view.have === view.pieces)
		return fitRow([[`all ${count(view.pieces, 'piece')} are here`, 'dim']], columns);
	if (facts.peers === 0) return fitRow([['nobody is connected', 'faint']], columns);
	const risk = riskCount(view, facts.peers);
	if (risk === 0) return fitRow([['nothing is at risk', 'faint']], columns);
	const isOne = view.pieces === view.cells.length;
	const what = isOne ? count(risk, 'piece') : count(risk, 'cell');
	return fitRow(
		[
			[`${what} at risk`, 'rare'],
			[` ${dot} one holder or none ${dot} n goes there`, 'faint'],
		],
		columns,
	);
}

/** The pieces of a cell: first and last. */
export function piecesOfCell(view: PiecesView, cell: number): readonly [first: number, last: number] {
	const first = Math.floor((cell * view.pieces) / view.cells.length);
	const last = Math.max(first, Math.floor(((cell + 1) * view.pieces) / view.cells.length) - 1);
	return [first, last];
}

const stateWords: Readonly<Record<string, readonly [string, Tone]>> = {
	h: ['have', 'have'],
	c: ['being checked', 'check'],
	r: ['in flight', 'flight'],
	p: ['partly had', 'part'],
	m: ['missing', 'text'],
	u: ['not wanted', 'faint'],
};

/** What the cursor reads out, and by what. */
interface Readout extends CellFacts {
	readonly files: readonly FileView[] | undefined;
	readonly inspected?: PieceInspection | undefined;
}

const nobodyHas = 'nobody connected has it';
const nobodyHere = 'nobody is connected';
/** The same in a word or two. */
const brief: Readonly<Record<string, string>> = {[nobodyHas]: 'no holder', [nobodyHere]: 'no peer'};

/** Who has what is missing of a cell. */
function holdersSpan(view: PiecesView, cell: number, {inspected, peers}: Readout): Span | undefined {
	const state = view.cells[cell];
	if (peers === 0) return state === 'h' ? undefined : [nobodyHere, 'faint'];
	if (inspected === undefined) {
		if (state === 'h') return undefined;
		const known = view.availability[cell] ?? '0';
		const tone = isAtRisk(view, cell, peers) ? 'rare' : 'dim';
		if (known < '2') return [known === '0' ? nobodyHas : 'one holder', tone];
		return [`${known === '9' ? '9+' : known} holders`, tone];
	}
	const {holders, heldBy} = inspected;
	if (state === 'h') return [`${count(holders, 'peer')} ${holders === 1 ? 'has' : 'have'} it too`, 'dim'];
	const tone = isAtRisk(view, cell, peers) ? 'rare' : 'dim';
	if (holders === 0) return [nobodyHas, tone];
	const [first] = heldBy ?? [];
	const who = first && `${first.address} at ${rateWithUnit(first.rate)}`;
	if (holders === 1) return [`one holder${who ? `: ${who}` : ''}`, tone];
	return [`${count(holders, 'holder')}${who && first.rate > 0 ? `, fastest ${who}` : ''}`, tone];
}

/** What the cell under the cursor holds: its pieces, its file, its state, and who has it. */
export function readoutRow(view: PiecesView, cell: number, facts: Readout, columns: number, look: Look): Row {
	const {dot, ellipsis} = look.glyphs;
	const [first, last] = piecesOfCell(view, cell);
	const inspected = facts.inspected?.first === first ? facts.inspected : undefined;
	const [word, tone] = stateWords[view.cells[cell] ?? 'm'] ?? ['', 'text'];
	const numbers = first === last ? String(first) : `${first}-${last}`;
	const state: Span = [` ${dot} ${word}`, tone === 'have' || tone === 'part' ? 'good' : tone];
	const whole = holdersSpan(view, cell, {...facts, inspected});
	// A strip has no room for all of it.
	const holders: Span | undefined =
		whole && columns < 48 && whole[0] === nobodyHas ? ['no holder', whole[1]] : whole;
	const which = inspected && last > first && holders ? `piece ${inspected.piece}: ` : '';
	// Who has it gives way first: Enter tells all.
	const few =
		facts.peers > 0 && inspected && inspected.holders > 0
			? count(inspected.holders, 'holder')
			: holders && brief[holders[0]];
	const told = [`${which}${holders?.[0] ?? ''}`, holders?.[0], few].filter(text => text !== undefined);
	const leads = [`${first === last ? 'piece' : 'pieces'} ${numbers}`, numbers];
	const [shown = numbers, fitting = ''] = leads
		.flatMap(each => told.map(text => [each, text] as const))
		.find(([each, text]) => cellWidth(each) + rowWidth([state]) + 3 + cellWidth(text) <= columns) ?? [
		numbers,
		told.at(-1),
	];
	const lead: Span = [shown, 'text'];
	const behind: Row = [state, ...(holders ? [[` ${dot} ${fitting}`, holders[1]] as Span] : [])];
	let index: number | undefined;
	for (const [start, file] of view.fileStarts) {
		if (start > cell) break;
		index = file;
	}
	const path = inspected?.files[0] ?? facts.files?.find(file => file.index === index)?.path.join('/');
	const room = columns - rowWidth([lead, ...behind]) - 3;
	if (path === undefined || room < 8) return fitRow([lead, ...behind], columns);
	const safe = nameText(path);
	const file = cellWidth(safe) > room ? fitMiddle(safe, room, ellipsis) : safe;
	return fitRow([lead, [` ${dot} ${file}`, 'dim'], ...behind], columns);
}
