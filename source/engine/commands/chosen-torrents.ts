import type {Command, Reply} from '../../api/command.js';
import type {Torrent} from '../torrent/torrent.js';

/** Commands that leave nothing to be remembered, or are remembered by whoever does them. */
const fleeting: ReadonlySet<Command['type']> = new Set([
	...([
		'torrent.preview',
		'torrent.create',
		'torrent.export',
		'torrent.remove',
		'torrent.verify',
		'torrent.reannounce',
	] as const),
	...([
		'network.search',
		'network.browse',
		'network.look',
		'network.use',
		'network.preview',
		'network.nick',
	] as const),
	...(['creation.end', 'piece.inspect', 'piece.deadline', 'peer.add', 'peer.kick', 'peer.ban'] as const),
	...([
		'session.slowMode',
		'session.limits',
		'session.configure',
		'session.blocklist',
		'session.reload',
		'session.list',
		'session.find',
		'session.log',
		'session.dht',
		'session.stop',
	] as const),
]);

/** The torrents of which a person has chosen something, for the next session too, with a command that was obeyed. */
export function chosenTorrents(
	command: Command,
	reply: Reply,
	torrents: ReadonlyMap<string, Torrent>,
): Iterable<Torrent> {
	const {type} = command;
	if (fleeting.has(type)) return [];
	// Each of them has another place, or does something else now.
	if (type === 'torrent.queue' || type === 'session.pauseAll' || type === 'session.resumeAll')
		return torrents.values();
	const torrent = torrents.get(('id' in command ? command.id : reply.id) ?? '');
	return torrent === undefined ? [] : [torrent];
}
