import type {EngineClient} from '../../api/engine-client.js';
import type {TorrentView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {nearest} from '../../base/nearest.js';

const shortestPrefix = 4;

function find(word: string, torrents: readonly TorrentView[]): TorrentView {
	const lower = word.toLowerCase();
	const hashes = ({id, infoHash = '', infoHashV2 = ''}: TorrentView) => [id, infoHash, infoHashV2];
	const exact = torrents.filter(torrent => hashes(torrent).includes(lower) || torrent.name === word);
	const begun = torrents.filter(
		torrent => lower.length >= shortestPrefix && hashes(torrent).some(hash => hash.startsWith(lower)),
	);
	const named = torrents.filter(({name}) => name.toLowerCase().includes(lower));
	const found = [exact, begun, named].find(list => list.length > 0) ?? [];
	const [first] = found;
	if (first && found.length === 1) return first;
	if (found.length > 1) {
		throw new UserError(
			'ambiguous',
			`${JSON.stringify(word)} fits ${found.length} torrents; give more of the info-hash (see: tortui list)`,
			2,
		);
	}
	const guess = nearest(
		word,
		torrents.map(({name}) => name),
	);
	throw new UserError(
		'no-torrent',
		`no torrent ${JSON.stringify(word)}${guess ? `; did you mean ${JSON.stringify(guess)}?` : ' (see: tortui list)'}`,
	);
}

/**
 * The torrents of an engine that words mean: an info-hash or its beginning (4 digits or more), a name or a part of
 * one; `all` means every one. A word that fits none, or several, is a `UserError`.
 */
export async function findTorrents(client: EngineClient, words: readonly string[]): Promise<TorrentView[]> {
	const {torrents = []} = await client.send({type: 'session.list'});
	if (words.includes('all')) {
		if (words.length === 1) return [...torrents];
		throw new UserError('usage', 'all means every torrent: give it alone', 2);
	}
	return [...new Set(words.map(word => find(word, torrents)))];
}
