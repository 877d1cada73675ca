import {ClientGreeting, type OurClient} from './client-greeting.js';
import {ExtensionRegistry} from './extension-registry.js';
import {LtDonthave} from './lt-donthave.js';
import type {ExtensionTorrent} from './peer-extension.js';
import {UploadOnly} from './upload-only.js';
import {UtMetadata} from './ut-metadata.js';
import {type HeardOurAddress, YourIp} from './your-ip.js';

/** The extensions of one torrent: a new one is a file beside this and a line in here. */
export function makeExtensions(
	torrent: ExtensionTorrent,
	ours: OurClient,
	heardOurAddress: HeardOurAddress,
): ExtensionRegistry {
	return new ExtensionRegistry(
		torrent,
		[new UtMetadata(torrent), new LtDonthave(), new UploadOnly(torrent)],
		[new ClientGreeting(torrent, ours), new YourIp(heardOurAddress)],
	);
}
