import type {Millis} from '../../base/units.js';
import {groupName} from '../columns/torrent-columns.js';
import type {ScreenState} from '../model/store.js';
import {rowUnder} from '../model/targets.js';
import {isGroup, type TorrentGroup} from '../model/torrent-groups.js';
import type {Look} from '../present/context.js';
import {fitRow, type Row, type Span} from '../present/row.js';
import {count, rateWithUnit, size} from '../text/format.js';
import {reasonRow} from './reason-row.js';

/** What a group comes to. */
function groupRow(group: TorrentGroup, columns: number, {glyphs}: Look): Row {
	const {torrents, wanted, completed, downloadRate, uploadRate, stalled, failed} = group;
	const parts = [
		count(torrents.length, 'torrent'),
		completed >= wanted ? size(wanted) : `${size(completed)} of ${size(wanted)}`,
		`${glyphs.down} ${rateWithUnit(downloadRate)} ${glyphs.up} ${rateWithUnit(uploadRate)}`,
	];
	const ailing: Span[] = [];
	if (stalled > 0) ailing.push([` ${glyphs.dot} ${stalled} stalled`, 'warn']);
	if (failed > 0) ailing.push([` ${glyphs.dot} ${failed} failed`, 'bad']);
	return fitRow(
		[
			[` ${groupName(group)} `, 'accent'],
			[`${glyphs.dot} ${parts.join(` ${glyphs.dot} `)}`, 'dim'],
			...ailing,
		],
		columns,
	);
}

/** The row below the list of torrents: how what is under the cursor stands, and why. */
export function standingRow(state: ScreenState, columns: number, look: Look, wall: Millis): Row {
	const row = rowUnder(state);
	if (row === undefined) return [];
	// Whoever only has the list in sight is not to pay for seconds.
	return isGroup(row)
		? groupRow(row, columns, look)
		: reasonRow(row, columns, look, {wall, countdown: 'rough'});
}
