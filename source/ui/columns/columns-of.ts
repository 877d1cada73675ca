import type {ListName} from '../model/view.js';
import type {Column, ListFacts} from './column.js';
import {feedColumns, itemColumns, ruleColumns} from './feed-columns.js';
import {fileColumns} from './file-columns.js';
import {foundColumns, peopleColumns, sharedColumns} from './network-columns.js';
import {peerColumns} from './peer-columns.js';
import {everyPeerColumns, everyTrackerColumns} from './swarm-columns.js';
import {torrentColumns} from './torrent-columns.js';
import {trackerColumns} from './tracker-columns.js';

/** Lists that have columns. */
export type ColumnedList = Exclude<ListName, 'log'>;

/** A column, as far as it is not drawn. */
export type AnyColumn = Column<never, ListFacts & never>;

/** The columns of each list. */
export const columnsOf: Readonly<Record<ColumnedList, ReadonlyArray<AnyColumn>>> = {
	torrents: torrentColumns,
	peers: peerColumns,
	trackers: trackerColumns,
	files: fileColumns,
	found: foundColumns,
	people: peopleColumns,
	shared: sharedColumns,
	feeds: feedColumns,
	items: itemColumns,
	rules: ruleColumns,
	everyPeer: everyPeerColumns,
	everyTracker: everyTrackerColumns,
};
