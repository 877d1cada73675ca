import type {TorrentView} from '../../api/snapshot.js';
import {duration, percent, rateWithUnit} from '../../ui/text/format.js';
import {cellWidth, fit, nameText} from '../../ui/text/text.js';
import {activity, isComplete, peers, stallOf} from './plain-line.js';

const widestBar = 30;
const widestName = 40;

function bar(part: number, cells: number, ascii: boolean): string {
	const full = Math.floor(Math.max(0, Math.min(1, part)) * cells);
	const [done, left, open, close] = ascii ? ['#', '.', '[', ']'] : ['█', '░', '', ''];
	return `${open}${done?.repeat(full)}${left?.repeat(cells - full)}${close}`;
}

/** What a line shows beside the name and the bar. */
interface Fields {
	readonly share: string;
	readonly part: number;
	readonly speed: string;
	readonly peers: string;
	readonly last: string;
	/** In words, in place of the three. */
	readonly busy: string | undefined;
}

function fieldsOf(view: TorrentView): Fields {
	const checking = view.state === 'checking' && view.checked !== undefined;
	const part = checking ? (view.checked ?? 0) : view.wanted > 0 ? view.completed / view.wanted : 0;
	const upload = isComplete(view);
	return {
		share: checking
			? percent(part, 1)
			: view.state === 'metadata'
				? ''
				: percent(view.completed, view.wanted),
		part,
		speed: upload ? `up ${rateWithUnit(view.uploadRate)}` : rateWithUnit(view.downloadRate),
		peers: peers(view),
		last: upload ? `ratio ${view.ratio.toFixed(2)}` : `ETA ${duration(view.eta)}`,
		busy: activity(view) ?? (upload ? undefined : stallOf(view)),
	};
}

/**
 * Torrents in one line each of a terminal `width` cells wide, their columns below each other: name, percent, bar, rate,
 * peers, time left. The bar goes first where room is short, then the peers.
 */
export function progressLines(views: readonly TorrentView[], width: number, ascii: boolean): string[] {
	const room = Math.max(10, width - 1);
	const rows = views.map(fieldsOf);
	const widest = (field: 'speed' | 'peers' | 'last', least: number) =>
		rows.reduce((most, row) => (row.busy === undefined ? Math.max(most, row[field].length) : most), least);
	const isAnyMoving = rows.some(({busy}) => busy === undefined);
	const speedCells = widest('speed', 7);
	const peerCells = widest('peers', 9);
	const lastCells = widest('last', 0);
	const busyCells = rows.reduce((most, {busy = ''}) => Math.max(most, cellWidth(busy)), 0);
	const restCells = isAnyMoving ? speedCells + peerCells + lastCells + 4 : busyCells;
	const shortCells = isAnyMoving ? speedCells + lastCells + 2 : busyCells;
	const shareCells = 6;
	const tailCells = shareCells + 2 + restCells;
	const wide = room - tailCells - 4;
	const nameCells = Math.min(widestName, Math.max(10, Math.floor(wide * 0.6)));
	const barCells = Math.min(widestBar, wide - nameCells - (ascii ? 2 : 0));
	const nameRoom = room - tailCells - 2;
	const tight = room - (shareCells + 2 + shortCells) - 2;
	return rows.map((row, index) => {
		const name = nameText(views[index]!.name);
		const share = row.share.padStart(shareCells);
		const {busy} = row;
		const last = row.last.padEnd(lastCells);
		const rest = busy ?? [row.speed.padStart(speedCells), row.peers.padStart(peerCells), last].join('  ');
		const short = busy ?? [row.speed.padStart(speedCells), last].join('  ');
		const whole = (...fields: readonly string[]) => fit(fields.join('  '), room).trimEnd();
		if (wide >= 20) return whole(fit(name, nameCells), share, bar(row.part, barCells, ascii), rest);
		if (nameRoom >= 8) return whole(fit(name, nameRoom), share, rest);
		return tight >= 8 ? whole(fit(name, tight), share, short) : whole(`${share}  ${short}`.trimStart());
	});
}
