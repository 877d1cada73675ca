import {ClientGreeting, type OurClient} from './client-greeting.js';
import {ExtensionRegistry} from './extension-registry.js';
import {LtDonthave} from './lt-donthave.js';
import type {MetadataFetch, MetadataWish} from './metadata-fetch.js';
import {type BothFamilies, OtherFamily} from './other-family.js';
import {UploadOnly} from './upload-only.js';
import {type HolepunchTorrent, UtHolepunch} from './ut-holepunch.js';
import {UtMetadata} from './ut-metadata.js';
import {type PexTorrent, UtPex} from './ut-pex.js';
import {type HeardOurAddress, YourIp} from './your-ip.js';

/** The extensions of one torrent, and what fetches its metadata where that is wished for. */
export interface TorrentExtensions {
	readonly registry: ExtensionRegistry;
	readonly metadata: MetadataFetch | undefined;
}

/** The extensions of one torrent: a new one is a file beside this and a line in here. */
export function makeExtensions(
	torrent: PexTorrent & HolepunchTorrent,
	ours: OurClient,
	heardOurAddress: HeardOurAddress,
	wish?: MetadataWish,
	families?: BothFamilies,
): TorrentExtensions {
	const utMetadata = new UtMetadata(torrent, wish);
	const utPex = new UtPex(torrent);
	const registry = new ExtensionRegistry(
		torrent,
		[utMetadata, utPex, new LtDonthave(), new UploadOnly(torrent), new UtHolepunch(torrent, utPex)],
		[
			new ClientGreeting(torrent, ours),
			new YourIp(heardOurAddress),
			...(families === undefined ? [] : [new OtherFamily(families)]),
		],
	);
	return {registry, metadata: utMetadata.fetch};
}
