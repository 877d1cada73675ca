import type {TorrentView} from '../../source/api/snapshot.ts';

/** A torrent as the engine shows it, with what a test wants of it. */
export function torrentView(more: Partial<TorrentView> = {}): TorrentView {
	return {
		id: 'a'.repeat(40),
		name: 'debian.iso',
		state: 'downloading',
		length: 1000,
		wanted: 1000,
		completed: 0,
		pieceLength: 100,
		pieces: 10,
		piecesHave: 0,
		downloaded: 0,
		uploaded: 0,
		wasted: 0,
		downloadRate: 0,
		uploadRate: 0,
		ratio: 0,
		connected: 0,
		seedsConnected: 0,
		known: 0,
		files: 1,
		filesWanted: 1,
		dir: '/data',
		queue: 0,
		sequential: false,
		superSeeding: false,
		private: false,
		addedAt: 0,
		magnet: '',
		...more,
	};
}
