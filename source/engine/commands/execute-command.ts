import type {Command, PartCommand, Reannouncement, Reply} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import type {Torrent} from '../torrent/torrent.js';
import {inspectCell} from '../views/piece-inspection.js';
import {type CommandHost, findTorrent, requireFree} from './command-host.js';
import {configure, settingsOf} from './configure.js';
import {executeForNetwork} from './network-commands.js';
import {executeForPeers} from './peer-commands.js';
import {executeForPieces} from './piece-commands.js';
import {executeForSession} from './session-commands.js';
import {executeForTorrent} from './torrent-commands.js';

/** Does what was asked, but for ending the session. Rejects with a `UserError` when it cannot be done. */
export async function executeCommand(
	host: CommandHost,
	command: Exclude<Command, PartCommand | {readonly type: 'session.stop'}>,
): Promise<Reply> {
	switch (command.type) {
		case 'torrent.add':
			return host.adder.add(bytesOf(command.metainfo), command.options ?? {});
		case 'torrent.addLink':
			return host.addLink(command.link, command.options ?? {});
		case 'torrent.preview':
			return {preview: await host.preview(command.link)};
		case 'torrent.create':
			return {creation: await host.creations.create(command)};
		case 'creation.end':
			host.creations.end(command.creation);
			return {};
		case 'session.configure':
			await configure(host, command.settings);
			return {settings: settingsOf(host)};
		case 'session.blocklist':
			if (host.blocklist === undefined)
				throw new UserError('no-blocklist', 'there is no blocklist: name one with --blocklist FILE or URL');
			await host.blocklist.update();
			return {blocklist: host.blocklist.ranges};
		case 'session.find':
			return {findings: await host.find(command.words, command.limit)};
		case 'session.pauseAll':
		case 'session.resumeAll':
		case 'session.slowMode':
		case 'session.limits':
		case 'session.reload':
		case 'session.list':
		case 'session.log':
		case 'session.dht':
			return executeForSession(host, command);
		case 'network.search':
		case 'network.browse':
		case 'network.look':
		case 'network.use':
		case 'network.preview':
		case 'network.get':
		case 'network.nick':
			return executeForNetwork(host, command);
		default:
			return executeForOne(host, command);
	}
}

/** Commands that name a torrent. */
async function executeForOne(
	host: CommandHost,
	command: Exclude<Extract<Command, {readonly id: string}>, PartCommand>,
): Promise<Reply> {
	const torrent = findTorrent(host, command.id);
	switch (command.type) {
		case 'torrent.reannounce':
			return {reannouncement: await announced(torrent)};
		case 'torrent.export':
			return {metainfo: Buffer.from(await host.metainfo(torrent)).toString('base64')};
		case 'piece.inspect': {
			const inspection = inspectCell(torrent, command.cell, command.cells, host.now(), true);
			return inspection === undefined ? {} : {inspection};
		}
		default:
			requireFree(torrent, command);
	}
	switch (command.type) {
		case 'torrent.remove': {
			const removed = await host.remove(torrent, command.withData);
			return removed === undefined ? {} : {removed};
		}
		case 'files.priority':
		case 'piece.priority':
		case 'piece.deadline':
			executeForPieces(host, torrent, command);
			return {};
		case 'tracker.add':
		case 'tracker.remove':
		case 'webSeed.add':
		case 'webSeed.remove':
		case 'peer.add':
		case 'peer.kick':
		case 'peer.ban':
			await executeForPeers(host, torrent, command);
			return {};
		default:
			await executeForTorrent(host, torrent, command);
			return {};
	}
}

function announced(torrent: Torrent): Promise<Reannouncement> {
	return new Promise(resolve => {
		torrent.post({type: 'announce', done: resolve});
	});
}

/** Base64 comes over a socket, bytes from this process. */
function bytesOf(metainfo: string | Uint8Array): Uint8Array {
	return typeof metainfo === 'string' ? Buffer.from(metainfo, 'base64') : metainfo;
}
