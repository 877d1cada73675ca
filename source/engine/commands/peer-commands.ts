import {UserError} from '../../base/errors.js';
import type {Peer} from '../peers/peer-connection.js';
import type {Torrent} from '../torrent/torrent.js';
import type {CommandHost, CommandsOf} from './command-host.js';

/** Adds and takes away peers, and trackers, where more of them come from. Rejects with a `UserError`. */
export async function executeForPeers(
	host: CommandHost,
	torrent: Torrent,
	command: CommandsOf<'peer'> | CommandsOf<'tracker'>,
): Promise<void> {
	switch (command.type) {
		case 'tracker.add':
			return void torrent.sources.trackers.list.add(command.url, command.tier);
		case 'tracker.remove':
			return torrent.sources.trackers.list.remove(command.url);
		case 'peer.add': {
			const address = await host.resolvePeer(command.address);
			return torrent.post({type: 'peers', addresses: [address], source: 'manual'});
		}
		case 'peer.kick':
			return findPeer(torrent, command.peer).close('kicked');
		case 'peer.ban':
			return torrent.banPeer(findPeer(torrent, command.peer));
		default:
			command satisfies never;
	}
}

function findPeer(torrent: Torrent, peer: number): Peer {
	const found = torrent.swarm.peers.get(peer);
	if (found === undefined) throw new UserError('no-such-peer', 'that peer is not connected any more');
	return found;
}
