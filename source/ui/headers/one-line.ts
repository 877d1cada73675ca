import type {SessionView, TorrentView} from '../../api/snapshot.js';
import {progressOf} from '../../api/torrent-standing.js';
import type {Look} from '../present/context.js';
import {fitRow, type Row} from '../present/row.js';
import {percent, rateWithUnit} from '../text/format.js';
import {cellWidth, fit, nameText} from '../text/text.js';

/** The form for terminals below 30x6: name, percent and rates in one row. */
export function oneLine(
	torrent: TorrentView | undefined,
	session: SessionView | undefined,
	columns: number,
	look: Look,
): Row {
	const {glyphs} = look;
	if (!torrent) {
		return fitRow(
			[
				[
					`${glyphs.down}${rateWithUnit(session?.downloadRate ?? 0)} ${glyphs.up}${rateWithUnit(session?.uploadRate ?? 0)}`,
					'down',
				],
			],
			columns,
		);
	}
	const right = ` ${percent(progressOf(torrent), 1, 0)} ${glyphs.down}${rateWithUnit(torrent.downloadRate)}`;
	const name = fit(nameText(torrent.name), Math.max(0, columns - cellWidth(right)), 'left', glyphs.ellipsis);
	return fitRow(
		[
			[name, 'title'],
			[right, 'down'],
		],
		columns,
	);
}
