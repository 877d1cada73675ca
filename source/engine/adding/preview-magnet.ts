import type {TorrentPreview} from '../../api/command.js';
import type {FilePriority} from '../../api/snapshot.js';
import type {MagnetLink} from '../../protocol/metainfo/magnet.js';
import type {Torrent} from '../torrent/torrent.js';
import {previewMetainfo} from './torrent-links.js';

/**
 * What a link says of a torrent; and all that is known of one that is here, with what was chosen of it.
 *
 * @param notes what of the link is ignored, a line each
 */
export async function previewMagnet(
	link: MagnetLink,
	torrents: ReadonlyMap<string, Torrent>,
	notes: readonly string[] = [],
): Promise<TorrentPreview> {
	const id = link.infoHash ?? link.infoHashV2!;
	const torrent = torrents.get(id);
	const content = torrent?.content;
	if (content !== undefined) {
		const preview = previewMetainfo(content.metainfo, true);
		return {
			...preview,
			...(notes.length > 0 && {notes}),
			priorities: preview.files.map(({index}) => content.files.priorities[index] as FilePriority),
		};
	}
	return {
		id,
		infoHashV2: link.infoHashV2,
		name: torrent?.name ?? link.name ?? id,
		length: 0,
		pieceLength: 0,
		pieces: 0,
		private: false,
		trackers: link.trackers.length,
		already: torrent !== undefined,
		files: [],
		fileCount: 0,
		unknown: true,
		...(notes.length > 0 && {notes}),
	};
}
