import {UserError} from '../../base/errors.js';
import {asWebSeedUrl} from '../../protocol/metainfo/source-urls.js';
import {requireWebSeeds} from '../adding/add-options.js';
import type {Torrent} from '../torrent/torrent.js';
import type {CommandHost, CommandsOf} from './command-host.js';

/** Adds and takes away peers, and trackers, where more of them come from. Rejects with a `UserError`. */
export async function executeForPeers(
	host: CommandHost,
	torrent: Torrent,
	command: CommandsOf<'peer'> | CommandsOf<'tracker'> | CommandsOf<'webSeed'>,
): Promise<void> {
	switch (command.type) {
		case 'tracker.add':
			return torrent.post({type: 'addTracker', url: command.url, tier: command.tier});
		case 'tracker.remove':
			return torrent.post({type: 'removeTracker', url: command.url});
		case 'webSeed.add':
			requireWebSeeds([command.url]);
			return torrent.post({type: 'addWebSeeds', urls: [asWebSeedUrl(command.url)!], isNamed: true});
		case 'webSeed.remove':
			return torrent.post({type: 'removeWebSeed', url: command.url});
		case 'peer.add': {
			const address = await host.resolvePeer(command.address);
			return torrent.post({type: 'peers', addresses: [address], source: 'manual'});
		}
		case 'peer.kick':
			return torrent.post({type: 'kick', peer: requirePeer(torrent, command.peer)});
		case 'peer.ban':
			return torrent.post({type: 'ban', peer: requirePeer(torrent, command.peer)});
		default:
			command satisfies never;
	}
}

function requirePeer(torrent: Torrent, peer: number): number {
	if (torrent.swarm.peers.has(peer)) return peer;
	throw new UserError('no-such-peer', 'that peer is not connected any more');
}
