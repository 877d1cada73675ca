import type {Layout, Rect} from './layout.js';

/** A line between parts of the screen that can be moved: what it is called, which way it goes, and where it is. */
export interface Boundary {
	/** The parts on both sides, by their names: it is the same one at every size. */
	readonly name: string;
	/** Whether parts lie above and below it, or left and right of it. */
	readonly axis: 'y' | 'x';
	/** The first row, or column, of what is below or right of it. */
	readonly at: number;
	/** The cells along it: from the first one, up to `to` (not with it). */
	readonly from: number;
	readonly to: number;
	readonly before: readonly string[];
	readonly after: readonly string[];
}

/** How far boundaries were moved, in cells down or to the right, by their names. */
export type Moved = Readonly<Record<string, number>>;

type Parts = Map<string, Rect>;

/** A frame and a row; and a frame with a few words in it. */
const leastRows = 3;
const leastColumns = 16;

/** The parts of a layout that lists and panes fill, by names that no two have. */
function partsOf({panes, torrents, standing, network, feeds, swarms}: Layout): Parts {
	const parts: Parts = new Map(Object.entries({...panes, ...network, ...feeds}));
	for (const [name, area] of Object.entries(swarms ?? {})) parts.set(`all ${name}`, area);
	// The row below the list belongs to it.
	if (torrents) parts.set('torrents', {...torrents, rows: torrents.rows + (standing?.rows ?? 0)});
	return parts;
}

/** The layout with its parts at other places. */
function withParts(layout: Layout, parts: Parts): Layout {
	const placed = <Name extends string>(group: Readonly<Partial<Record<Name, Rect>>>, prefix = '') =>
		Object.fromEntries(Object.keys(group).map(name => [name, parts.get(`${prefix}${name}`)])) as Partial<
			Record<Name, Rect>
		>;
	const {standing, network, feeds, swarms} = layout;
	const torrents = parts.get('torrents');
	const rows = (torrents?.rows ?? 0) - (standing?.rows ?? 0);
	return {
		...layout,
		panes: placed(layout.panes),
		...(torrents && {torrents: {...torrents, rows}}),
		...(torrents && standing && {standing: {...standing, y: torrents.y + rows}}),
		...(network && {network: placed(network)}),
		...(feeds && {feeds: placed(feeds)}),
		...(swarms && {swarms: placed(swarms, 'all ')}),
	};
}

const size = (area: Rect, axis: Boundary['axis']) => (axis === 'y' ? area.rows : area.columns);
const start = (area: Rect, axis: Boundary['axis']) => (axis === 'y' ? area.y : area.x);
const other = (axis: Boundary['axis']) => (axis === 'y' ? 'x' : 'y');

/** How far the parts go along a line, when they lie beside each other along it without a gap; else undefined. */
function span(
	areas: readonly Rect[],
	along: Boundary['axis'],
): readonly [from: number, to: number] | undefined {
	const sorted = areas.toSorted((a, b) => start(a, along) - start(b, along));
	const [first] = sorted;
	if (!first) return undefined;
	let to = start(first, along);
	for (const area of sorted) {
		if (start(area, along) !== to) return undefined;
		to += size(area, along);
	}
	return [start(first, along), to];
}

/** The boundary whose parts end or begin at a place, beginning with one part that ends there; undefined where it is none. */
function boundaryAfter(parts: Parts, name: string, axis: Boundary['axis']): Boundary | undefined {
	const area = parts.get(name);
	if (!area) return undefined;
	const at = start(area, axis) + size(area, axis);
	const along = other(axis);
	const touches = (a: Rect, b: Rect) =>
		start(a, along) < start(b, along) + size(b, along) && start(b, along) < start(a, along) + size(a, along);
	const before = new Set([name]);
	const after = new Set<string>();
	// What is beside one part on the other side is moved with it, and what is beside that.
	for (let grown = -1; grown !== before.size + after.size; ) {
		grown = before.size + after.size;
		for (const [candidate, place] of parts) {
			const ends = start(place, axis) + size(place, axis) === at;
			const begins = start(place, axis) === at;
			const against = ends ? after : begins ? before : undefined;
			if (!against || ![...against].some(each => touches(parts.get(each) as Rect, place))) continue;
			(ends ? before : after).add(candidate);
		}
	}
	const areas = (names: ReadonlySet<string>) => [...names].map(each => parts.get(each) as Rect);
	const [one, two] = [span(areas(before), along), span(areas(after), along)];
	if (!one || !two || one[0] !== two[0] || one[1] !== two[1]) return undefined;
	const called = (names: ReadonlySet<string>) => [...names].toSorted().join('+');
	return {
		name: `${called(before)}|${called(after)}`,
		axis,
		at,
		from: one[0],
		to: one[1],
		before: [...before],
		after: [...after],
	};
}

function allOf(parts: Parts): readonly Boundary[] {
	const found = new Map<string, Boundary>();
	for (const axis of ['y', 'x'] as const) {
		for (const name of parts.keys()) {
			const boundary = boundaryAfter(parts, name, axis);
			if (boundary) found.set(boundary.name, boundary);
		}
	}
	return [...found.values()];
}

/** The boundaries between the parts of a layout. */
export function boundariesOf(layout: Layout): readonly Boundary[] {
	return allOf(partsOf(layout));
}

/** Moves a boundary as far as the parts on both sides have room for. */
function shift(parts: Parts, {axis, before, after}: Boundary, wanted: number): void {
	const least = axis === 'y' ? leastRows : leastColumns;
	const room = (names: readonly string[]) =>
		Math.max(0, Math.min(...names.map(name => size(parts.get(name) as Rect, axis) - least)));
	const by = Math.max(-room(before), Math.min(room(after), wanted));
	for (const name of before) {
		const area = parts.get(name) as Rect;
		parts.set(name, axis === 'y' ? {...area, rows: area.rows + by} : {...area, columns: area.columns + by});
	}
	for (const name of after) {
		const area = parts.get(name) as Rect;
		parts.set(
			name,
			axis === 'y'
				? {...area, y: area.y + by, rows: area.rows - by}
				: {...area, x: area.x + by, columns: area.columns - by},
		);
	}
}

/** The layout with the boundaries moved that it has. No cell is used twice, and no part gets too small to say anything. */
export function moveBoundaries(layout: Layout, moved: Moved): Layout {
	const wanted = Object.entries(moved).filter(([, by]) => Number.isInteger(by) && by !== 0);
	if (wanted.length === 0 || layout.kind === 'line') return layout;
	const parts = partsOf(layout);
	for (const [name, by] of wanted) {
		const boundary = allOf(parts).find(each => each.name === name);
		if (boundary) shift(parts, boundary, by);
	}
	return withParts(layout, parts);
}

/** The boundary that a cell lies on: on the frames of both sides. The one between columns goes before. */
export function boundaryAt(layout: Layout, x: number, y: number): Boundary | undefined {
	const on = ({axis, at, from, to}: Boundary) => {
		const [across, along] = axis === 'y' ? [y, x] : [x, y];
		return (across === at || across === at - 1) && along >= from && along < to;
	};
	const found = boundariesOf(layout).filter(on);
	return found.find(({axis}) => axis === 'x') ?? found[0];
}
