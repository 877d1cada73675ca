import type {TorrentView} from '../api/snapshot.js';
import {duration, percent, rateWithUnit} from '../ui/format.js';
import {cellWidth, fit, safeText} from '../ui/text.js';
import {activity, isComplete, peers} from './plain-line.js';

const widestBar = 30;
const widestName = 40;

function bar(part: number, cells: number, ascii: boolean): string {
	const full = Math.floor(Math.max(0, Math.min(1, part)) * cells);
	const [done, left, open, close] = ascii ? ['#', '.', '[', ']'] : ['█', '░', '', ''];
	return `${open}${done?.repeat(full)}${left?.repeat(cells - full)}${close}`;
}

/**
 * One torrent in one line of a terminal `width` cells wide: name, percent, bar, rate, peers, time left. The bar goes
 * first where room is short, then the peers.
 */
export function progressLine(view: TorrentView, width: number, ascii: boolean): string {
	const room = Math.max(10, width - 1);
	const checking = view.state === 'checking' && view.checked !== undefined;
	const part = checking ? (view.checked ?? 0) : view.wanted > 0 ? view.completed / view.wanted : 0;
	const share = checking
		? percent(part, 1)
		: view.state === 'metadata'
			? ''
			: percent(view.completed, view.wanted);
	const busy = activity(view);
	const upload = isComplete(view);
	const speed = upload ? `up ${rateWithUnit(view.uploadRate)}` : rateWithUnit(view.downloadRate);
	const facts =
		busy === undefined
			? [
					speed.padStart(7),
					peers(view).padStart(9),
					upload ? `ratio ${view.ratio.toFixed(2)}` : `ETA ${duration(view.eta)}`,
				]
			: [busy];
	const tail = [share.padStart(6), ...facts].join('  ');
	const short = [share.padStart(6), ...(busy === undefined ? [facts[0], facts[2]] : [busy])].join('  ');

	const name = safeText(view.name);
	const wide = room - cellWidth(tail) - 4;
	if (wide >= 20) {
		const nameCells = Math.min(widestName, Math.max(10, Math.floor(wide * 0.6)));
		const barCells = Math.min(widestBar, wide - nameCells - (ascii ? 2 : 0));
		const [first, ...rest] = [share.padStart(6), ...facts];
		return [fit(name, nameCells), first, bar(part, barCells, ascii), ...rest].join('  ').trimEnd();
	}
	const nameRoom = room - cellWidth(tail) - 2;
	if (nameRoom >= 8) return `${fit(name, nameRoom)}  ${tail}`;
	const tight = room - cellWidth(short) - 2;
	return tight >= 8 ? `${fit(name, tight)}  ${short}` : fit(short.trim(), room).trimEnd();
}
