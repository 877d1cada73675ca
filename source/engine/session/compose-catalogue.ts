import {NetworkStore} from '../../io/state/network-store.js';
import type {KeptTorrents} from '../../io/state/torrent-store.js';
import {bareMetainfo} from '../../protocol/metainfo/bare-metainfo.js';
import {exportMetainfo} from '../adding/export-metainfo.js';
import {CatalogueService} from '../catalogue/catalogue-service.js';
import {Nickname} from '../catalogue/nickname.js';
import type {Torrent} from '../torrent/torrent.js';
import type {SessionOptions} from './session-options.js';
import type {SessionServices} from './session-services.js';

/** Puts together what speaks to trackers with a catalogue; who names none and publishes nothing asks none. */
export function composeCatalogue(
	options: SessionOptions,
	{clock, http, random, peerId, log}: SessionServices,
	torrents: ReadonlyMap<string, Torrent>,
	store: Pick<KeptTorrents, 'find'>,
): CatalogueService {
	const identities = new NetworkStore(options.stateDir, ({message}) =>
		log('warn', `the nickname and its key are not kept: ${message}`),
	);
	return new CatalogueService({
		clock,
		http,
		torrents,
		peerId,
		nickname: new Nickname(identities, options.nick, random),
		catalogues: options.catalogues ?? [],
		trackers: options.trackers,
		isAlone: options.persist,
		metainfo: async torrent => bareMetainfo(await exportMetainfo(torrent, store)),
		log: (level, text) => log(level, text),
	});
}
