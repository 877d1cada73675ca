import type {TorrentView} from '../../api/snapshot.js';
import type {SortOrder} from './arrange.js';

/** What peers and torrents have alike. */
export const rateOrders: ReadonlyArray<SortOrder<Pick<TorrentView, 'downloadRate' | 'uploadRate'>>> = [
	{
		id: 'down',
		letter: 'd',
		label: 'down',
		descending: true,
		compare: (a, b) => a.downloadRate - b.downloadRate,
	},
	{id: 'up', letter: 'u', label: 'up', descending: true, compare: (a, b) => a.uploadRate - b.uploadRate},
];
