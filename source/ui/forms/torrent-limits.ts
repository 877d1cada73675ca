import type {TorrentView} from '../../api/snapshot.js';
import {parseDuration, parseRate} from '../../base/quantities.js';
import {targetNames} from '../model/targets.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {field} from '../text/text-field.js';
import {limitField, readLimit} from './limit-field.js';
import {namesOf} from './torrent-forms.js';

/** The form for the limits of torrents: of their speed, and of how long they seed. */
export function openLimits(screen: ScreenContext, torrents: readonly TorrentView[]): void {
	const [first] = torrents;
	if (!first) return;
	screen.setDialog({
		kind: 'form',
		title: `Limits: ${targetNames(torrents)}`,
		preview: () => namesOf(torrents),
		fields: [
			limitField('down', 'download', first.maxDownload, '500K, 2M; empty for none'),
			limitField('up', 'upload', first.maxUpload, 'a second'),
			{
				kind: 'text',
				name: 'ratio',
				label: 'seed ratio',
				hint: 'stop seeding at this ratio; none; empty: as it is',
				value: field(),
			},
			{
				kind: 'text',
				name: 'time',
				label: 'seed time',
				hint: '30m, 2h, 1d; none; empty: as it is',
				value: field(),
			},
		],
		at: 0,
		submit: values => {
			const maxDownload = readLimit(values['down'], parseRate);
			const maxUpload = readLimit(values['up'], parseRate);
			const seedRatio = readLimit(values['ratio'], text =>
				/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined,
			);
			const seedTime = readLimit(values['time'], parseDuration);
			if (maxDownload === undefined || maxUpload === undefined) return 'A speed is written 500K or 2M.';
			if (seedRatio === undefined) return 'A ratio is a number, such as 1.5.';
			if (seedTime === undefined) return 'A time is written 30m, 2h or 1d.';
			for (const torrent of torrents) {
				screen.send({
					type: 'torrent.limits',
					id: torrent.id,
					maxDownload,
					maxUpload,
					...((values['ratio'] ?? '').trim() !== '' && {seedRatio}),
					...((values['time'] ?? '').trim() !== '' && {seedTime}),
				});
			}
			return undefined;
		},
	});
}
