import type {TorrentPreview} from '../../api/command.js';
import type {FilePriority} from '../../api/snapshot.js';
import type {MagnetLink} from '../../protocol/metainfo/magnet.js';
import {idOf} from '../../protocol/metainfo/swarm-hashes.js';
import type {TorrentIndex} from '../session/torrent-index.js';
import {previewMetainfo} from './torrent-links.js';

/**
 * What a link says of a torrent; and all that is known of one that is here, with what was chosen of it.
 *
 * @param notes what of the link is ignored, a line each
 */
export async function previewMagnet(
	link: MagnetLink,
	torrents: Pick<TorrentIndex, 'find'>,
	notes: readonly string[] = [],
): Promise<TorrentPreview> {
	const torrent = torrents.find(link);
	const id = torrent?.id ?? idOf(link);
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
