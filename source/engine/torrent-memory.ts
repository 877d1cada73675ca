import type {FilePriority} from '../api/snapshot.js';
import type {ResumeData} from '../io/resume-data.js';
import {blockState} from '../policy/block-ledger.js';
import {Bitfield} from '../protocol/bitfield.js';
import type {Torrent} from './torrent.js';

/** What resume data says of the data on disk; the rest of it is what people chose and what was counted. */
export type DataMemory = Pick<ResumeData, 'have' | 'partials' | 'stamps' | 'peers'>;

/** For a torrent of which nothing was looked at yet. */
export function nothingKnown(torrent: Torrent): DataMemory {
	return {have: new Bitfield(torrent.map.pieceCount), partials: [], stamps: [], peers: []};
}

/** What is on the disk now, but for the stamps; only what has arrived there counts. */
export function dataOf(torrent: Torrent): Omit<DataMemory, 'stamps'> {
	const {map} = torrent;
	const have = new Bitfield(map.pieceCount);
	for (let piece = 0; piece < map.pieceCount; piece++) if (torrent.have.has(piece)) have.set(piece);
	const partials = [...torrent.downloader.ledger.all()]
		.filter(partial => !partial.judging)
		.map(({piece, states, blocks}) => ({
			piece,
			blocks: [...states.subarray(0, blocks).entries()].flatMap(([block, state]) =>
				state === blockState.onDisk ? [block] : [],
			),
		}))
		.filter(({blocks}) => blocks.length > 0);
	return {have, partials, peers: torrent.swarm.list.export()};
}

/** Everything that a torrent takes along to the next session. */
export function resumeDataOf(torrent: Torrent, data: DataMemory): ResumeData {
	const {throttle} = torrent;
	return {
		id: torrent.id,
		name: torrent.metainfo.name,
		dir: torrent.dir,
		addedAt: torrent.addedAt,
		active: torrent.wanted,
		queue: torrent.queue,
		...data,
		priorities: [...torrent.files.priorities] as FilePriority[],
		downloaded: torrent.downloaded,
		uploaded: torrent.uploaded,
		wasted: torrent.wastedBytes,
		completedAt: torrent.completedAt,
		sequential: torrent.sequential,
		superSeeding: torrent.superSeeding.wanted,
		label: torrent.label,
		activeTime: torrent.activeTime,
		seedingTime: torrent.seedingTime,
		trackers: torrent.announcers.tiers,
		maxPeers: torrent.maxPeers,
		maxDownload: throttle.download.rate,
		maxUpload: throttle.upload.rate,
		seedRatio: torrent.seedRatio,
		seedTime: torrent.seedTime,
		renamed: [...torrent.renamed],
		link: undefined,
	};
}
