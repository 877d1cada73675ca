/** The panes of a torrent, in the order of their digits. */
export const paneNames = ['pieces', 'speed', 'peers', 'trackers', 'files', 'log'] as const;

export type PaneName = (typeof paneNames)[number];

/** The parts of the Network view below its header. */
export type NetworkPart = 'found' | 'people' | 'shared';

/** The parts of the Feeds view below its header. */
export type FeedsPart = 'feeds' | 'items' | 'rules';

/** The parts of the Swarms view below its header. */
export type SwarmsPart = 'everyPeer' | 'everyTracker';

/** A part of the terminal in cells; the top left one is 0, 0. */
export interface Rect {
	readonly x: number;
	readonly y: number;
	readonly columns: number;
	readonly rows: number;
}

/** How much room the pane with the keys gets: its own share, most of the screen, or all of it. */
export type Grow = 'share' | 'half' | 'full';

/** How much is shown at once: every pane, the pane with the keys below two strips, or that pane alone. */
export type Density = 'all' | 'strip' | 'one';

/** What a layout depends on, and nothing else. */
export interface LayoutRequest {
	readonly columns: number;
	readonly rows: number;
	readonly screen: 'torrent' | 'session' | 'network' | 'feeds' | 'swarms';
	/** The part of the Network view that is shown where there is room for one. */
	readonly part?: NetworkPart | undefined;
	/** The same of the Feeds view. */
	readonly feedPart?: FeedsPart | undefined;
	/** The same of the Swarms view. */
	readonly swarmPart?: SwarmsPart | undefined;
	/** The pane that has the keys. */
	readonly pane: PaneName;
	readonly grow: Grow;
	readonly density: Density;
	/** Whether nobody knows what the torrent holds: its pieces and speed have nothing to say, its peers and trackers all. */
	readonly unknown?: boolean | undefined;
}

/** Where everything goes. What is absent is not shown. */
export interface Layout {
	readonly kind: 'line' | 'small' | 'normal' | 'wide';
	readonly header: Rect;
	/** One row of pieces, and one of speed, where the panes themselves have no room. */
	readonly strip?: Rect;
	readonly spark?: Rect;
	readonly panes: Readonly<Partial<Record<PaneName, Rect>>>;
	/** The list of the session screen, and below it a row that says how the torrent under the cursor stands. */
	readonly torrents?: Rect;
	readonly standing?: Rect;
	/** The parts of the Network view. */
	readonly network?: Readonly<Partial<Record<NetworkPart, Rect>>>;
	/** The parts of the Feeds view. */
	readonly feeds?: Readonly<Partial<Record<FeedsPart, Rect>>>;
	/** The parts of the Swarms view. */
	readonly swarms?: Readonly<Partial<Record<SwarmsPart, Rect>>>;
	/** One row with the newest line of the log, where the log has no pane. */
	readonly lastLine?: Rect;
	readonly footer?: Rect;
}

/** Sizes that share remembered settings. */
export type SizeClass = 'small' | 'normal' | 'large' | 'huge';

/** Which sizes are remembered together. */
export function sizeClass(columns: number, rows: number): SizeClass {
	if (columns < 72 || rows < 20) return 'small';
	if (columns >= 160 && rows >= 44) return 'huge';
	return columns >= 100 && rows >= 28 ? 'large' : 'normal';
}

const rect = (x: number, y: number, columns: number, rows: number): Rect => ({x, y, columns, rows});

/** Splits rows at `y` of `columns` cells between two panes, the left one taking `share`. */
function pair(
	panes: Partial<Record<PaneName, Rect>>,
	[left, right]: readonly [PaneName, PaneName],
	area: Rect,
	share: number,
): void {
	const columns = Math.round(area.columns * share);
	panes[left] = rect(area.x, area.y, columns, area.rows);
	panes[right] = rect(area.x + columns, area.y, area.columns - columns, area.rows);
}

/** Rows of the panes at the top and at the bottom, with all panes between them. */
function outerRows(rows: number, body: Rect): {readonly top: number; readonly bottom: number} {
	if (rows < 24) return {top: 5, bottom: 4};
	if (rows < 28) return {top: 6, bottom: 5};
	return {
		top: Math.min(16, Math.max(8, Math.round(body.rows * (rows < 36 ? 0.31 : 0.34)))),
		bottom: Math.min(14, Math.max(6, Math.round(body.rows * 0.24))),
	};
}

/** Frame and one row: for panes that have nothing to say yet. */
const least = 3;

function normal({columns, rows, unknown}: LayoutRequest, body: Rect): Partial<Record<PaneName, Rect>> {
	const panes: Partial<Record<PaneName, Rect>> = {};
	const log = body.rows >= 34 ? 5 : body.rows >= 24 ? 4 : 0;
	const usual = outerRows(rows, body);
	const top = unknown ? least : usual.top;
	const bottom = unknown ? Math.min(14, usual.bottom + usual.top - least) : usual.bottom;
	pair(panes, ['pieces', 'speed'], rect(0, body.y, columns, top), columns < 100 ? 0.54 : 0.61);
	panes.peers = rect(0, body.y + top, columns, body.rows - top - bottom - log);
	pair(
		panes,
		['trackers', 'files'],
		rect(0, body.y + body.rows - log - bottom, columns, bottom),
		unknown ? 0.6 : columns < 100 ? 0.51 : 0.54,
	);
	if (log > 0) panes.log = rect(0, body.y + body.rows - log, columns, log);
	return panes;
}

function wide({columns}: LayoutRequest, body: Rect): Partial<Record<PaneName, Rect>> {
	const left = Math.round(columns * 0.6);
	const right = columns - left;
	const pieces = Math.min(26, Math.round(body.rows * 0.42));
	const speed = Math.min(16, Math.round(body.rows * 0.27));
	const trackers = Math.min(10, Math.round(body.rows * 0.18));
	const log = Math.min(13, Math.round(body.rows * 0.22));
	return {
		pieces: rect(0, body.y, left, pieces),
		peers: rect(0, body.y + pieces, left, body.rows - pieces),
		speed: rect(left, body.y, right, speed),
		trackers: rect(left, body.y + speed, right, trackers),
		files: rect(left, body.y + speed + trackers, right, body.rows - speed - trackers - log),
		log: rect(left, body.y + body.rows - log, right, log),
	};
}

/** The pane with the keys above, two others that say most below. */
function half(pane: PaneName, body: Rect): Partial<Record<PaneName, Rect>> {
	const rows = Math.ceil(body.rows * 0.62);
	const panes: Partial<Record<PaneName, Rect>> = {[pane]: rect(body.x, body.y, body.columns, rows)};
	const others = (['pieces', 'speed', 'peers'] as const).filter(name => name !== pane);
	pair(
		panes,
		[others[0] ?? 'pieces', others[1] ?? 'speed'],
		rect(body.x, body.y + rows, body.columns, body.rows - rows),
		0.54,
	);
	return panes;
}

function sessionLayout({columns, rows}: LayoutRequest): Layout {
	const footer = rect(0, rows - 1, columns, 1);
	const header = rect(0, 0, columns, rows < 14 ? 1 : 2);
	const body = rect(0, header.rows, columns, rows - header.rows - 1);
	const list = (height: number): Pick<Layout, 'torrents' | 'standing'> => ({
		torrents: rect(0, body.y, columns, height - 1),
		standing: rect(0, body.y + height - 1, columns, 1),
	});
	if (kindOf(columns, rows) === 'small')
		return {kind: 'small', header, ...list(body.rows), panes: {}, footer};
	const below = rows < 28 ? 5 : Math.min(12, Math.round(body.rows * 0.28));
	const panes: Partial<Record<PaneName, Rect>> = {};
	pair(panes, ['log', 'speed'], rect(0, rows - 1 - below, columns, below), columns < 100 ? 0.54 : 0.61);
	return {
		kind: kindOf(columns, rows),
		header,
		...list(body.rows - below),
		panes,
		footer,
	};
}

/** The Network view: what was found, and below it or beside it who is here and what I share. */
function networkLayout({columns, rows, part = 'found'}: LayoutRequest): Layout {
	const kind = kindOf(columns, rows);
	const header = rect(0, 0, columns, 2);
	const footer = rect(0, rows - 1, columns, 1);
	const body = rect(0, 2, columns, rows - 3);
	if (kind === 'small') return {kind, header, network: {[part]: body}, panes: {}, footer};
	if (kind === 'wide') {
		const left = Math.round(columns * 0.58);
		const half = Math.ceil(body.rows / 2);
		const network = {
			found: rect(0, 2, left, body.rows),
			people: rect(left, 2, columns - left, half),
			shared: rect(left, 2 + half, columns - left, body.rows - half),
		};
		return {kind, header, network, panes: {}, footer};
	}
	const network = stacked(body, rows, ['found', 'people', 'shared'], {
		rest: 'found',
		keys: part,
		share: 0.25,
	});
	return {kind, header, network, panes: {}, footer};
}

/** The Feeds view: the feeds, what the one under the cursor has, and what is taken of it by itself. */
function feedsLayout({columns, rows, feedPart = 'items'}: LayoutRequest): Layout {
	const kind = kindOf(columns, rows);
	const header = rect(0, 0, columns, 2);
	const footer = rect(0, rows - 1, columns, 1);
	const body = rect(0, 2, columns, rows - 3);
	if (kind === 'small') return {kind, header, feeds: {[feedPart]: body}, panes: {}, footer};
	const feeds = stacked(body, rows, ['feeds', 'items', 'rules'], {
		rest: 'items',
		keys: feedPart,
		share: 0.22,
	});
	return {kind, header, feeds, panes: {}, footer};
}

/** The Swarms view: the peers of all torrents, and their trackers below. */
function swarmsLayout({columns, rows, swarmPart = 'everyPeer'}: LayoutRequest): Layout {
	const kind = kindOf(columns, rows);
	const header = rect(0, 0, columns, 2);
	const footer = rect(0, rows - 1, columns, 1);
	const body = rect(0, 2, columns, rows - 3);
	if (kind === 'small') return {kind, header, swarms: {[swarmPart]: body}, panes: {}, footer};
	const swarms = stacked(body, rows, ['everyPeer', 'everyTracker'], {
		rest: 'everyPeer',
		keys: swarmPart,
		share: 0.3,
	});
	return {kind, header, swarms, panes: {}, footer};
}

/**
 * Lists one below the other, over the whole width. What has the keys has more room, and one of them what is left.
 *
 * @param rows of the whole terminal
 * @param share of the body that each of the others has in a tall one
 */
function stacked<Part extends string>(
	body: Rect,
	rows: number,
	parts: readonly Part[],
	{rest, keys, share}: {readonly rest: Part; readonly keys: Part; readonly share: number},
): Record<Part, Rect> {
	// Numbers are read by the titles of their columns: these and three rows, where there is room.
	const least = rows < 24 ? 5 : rows < 28 ? 6 : Math.min(12, Math.round(body.rows * share));
	const more = Math.max(least, Math.round(body.rows * 0.4));
	const wanted = (part: Part) => (part === keys ? more : least);
	const others = parts.filter(part => part !== rest);
	const left = body.rows - others.reduce((sum, part) => sum + wanted(part), 0);
	let y = body.y;
	const places = parts.map(part => {
		const height = part === rest ? left : wanted(part);
		const place = rect(body.x, y, body.columns, height);
		y += height;
		return [part, place] as const;
	});
	return Object.fromEntries(places) as Record<Part, Rect>;
}

/** Classes of layouts by size, for terminals that have room for panes. */
function kindOf(columns: number, rows: number): 'small' | 'normal' | 'wide' {
	if (columns < 72 || rows < 20) return 'small';
	return columns >= 160 && rows >= 44 ? 'wide' : 'normal';
}

type Body = Pick<Layout, 'panes' | 'strip' | 'spark' | 'lastLine'>;

/** The pane with the keys, below up to two rows that say most of the others: never what it says itself, nor nothing. */
function strips({columns, rows, pane, unknown}: LayoutRequest, body: Rect): Body {
	const most = unknown ? 0 : rows >= 14 ? 2 : rows >= 8 ? 1 : 0;
	const shown = (['pieces', 'speed'] as const).filter(name => name !== pane).slice(0, most);
	const at = (name: 'pieces' | 'speed') => rect(0, body.y + shown.indexOf(name), columns, 1);
	return {
		...(shown.includes('pieces') && {strip: at('pieces')}),
		...(shown.includes('speed') && {spark: at('speed')}),
		panes: {[pane]: rect(0, body.y + shown.length, columns, body.rows - shown.length)},
	};
}

/** All panes where the log has but its newest line, unless it has the keys. */
function short(request: LayoutRequest, body: Rect): Body {
	const {columns, rows, pane} = request;
	const panes = normal(request, rect(0, body.y, columns, body.rows - 1));
	if (pane !== 'log') return {panes, lastLine: rect(0, rows - 2, columns, 1)};
	// The log takes the place of trackers and files then.
	const {trackers, files: _files, ...others} = panes;
	const place = trackers as Rect;
	return {panes: {...others, log: rect(0, place.y, columns, place.rows + 1)}};
}

function torrentBody(request: LayoutRequest, body: Rect): Body {
	const {columns, rows, pane, grow, density} = request;
	const kind = kindOf(columns, rows);
	if (grow === 'full' || density === 'one') return {panes: {[pane]: body}};
	if (density === 'strip' || kind === 'small') return strips(request, body);
	if (grow === 'half') return {panes: half(pane, body)};
	if (kind === 'wide') return {panes: wide(request, body)};
	return rows < 28 ? short(request, body) : {panes: normal(request, body)};
}

/** Below this there is no room for a frame and what it is about: one line says the most. */
const leastColumns = 30;
const leastRows = 6;

/** Says where everything goes: the same request always gives the same answer, with no cell used twice. */
export function planLayout(request: LayoutRequest): Layout {
	const {columns, rows, screen} = request;
	if (columns < leastColumns || rows < leastRows)
		return {kind: 'line', header: rect(0, 0, columns, Math.max(1, rows)), panes: {}};
	if (screen === 'session') return sessionLayout(request);
	if (screen === 'network') return networkLayout(request);
	if (screen === 'feeds') return feedsLayout(request);
	if (screen === 'swarms') return swarmsLayout(request);
	const header = rect(0, 0, columns, rows < 8 ? 1 : rows < 10 ? 2 : 3);
	return {
		kind: kindOf(columns, rows),
		header,
		...torrentBody(request, rect(0, header.rows, columns, rows - header.rows - 1)),
		footer: rect(0, rows - 1, columns, 1),
	};
}

/** The size of what a frame leaves for its pane's rows. */
export function inside(area: Rect): {readonly columns: number; readonly rows: number} {
	return {columns: Math.max(0, area.columns - 2), rows: Math.max(0, area.rows - 2)};
}
