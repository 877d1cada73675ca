import type {PeerView, TorrentView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {percent, rateWithUnit} from '../../ui/text/format.js';
import {nameText} from '../../ui/text/text.js';
import {type Context, defineCommand} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {hostAndPort} from '../arguments/quantities.js';
import {fitted} from '../output/fitted-table.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {idsAndAction} from '../torrents/ids-and-action.js';
import {lookAtTorrent} from '../torrents/look.js';
import {tellEach} from '../torrents/tell-each.js';
import {withEngine} from '../torrents/with-engine.js';

async function peersOf(engine: RemoteEngine, id: string): Promise<readonly PeerView[]> {
	return (await lookAtTorrent(engine, id, {peers: true})).peers ?? [];
}

function table(peers: readonly PeerView[], width: number): Promise<string[]> {
	const rows = peers.map(peer => ({
		ID: String(peer.id),
		Address: peer.address,
		Flags: peer.flags,
		Has: percent(peer.progress, 1),
		Down: rateWithUnit(peer.downloadRate),
		Up: rateWithUnit(peer.uploadRate),
		Client: nameText(peer.client),
	}));
	return fitted(rows, ['ID', 'Address', 'Flags', 'Has', 'Down', 'Up', 'Client'], {
		width,
		numeric: new Set(['ID', 'Has', 'Down', 'Up']),
		flexible: 'Client',
		firstToGo: ['Flags', 'Has', 'ID'],
	});
}

function tabbed({id, address, flags, progress, downloadRate, uploadRate, client}: PeerView): string {
	const rates = [Math.round(downloadRate), Math.round(uploadRate)];
	return [id, address, flags, progress.toFixed(4), ...rates, nameText(client)].join('\t');
}

async function show(
	torrents: readonly TorrentView[],
	engine: RemoteEngine,
	isJson: boolean,
	{stdout, stderr}: Context,
): Promise<void> {
	const all: object[] = [];
	for (const {id, name} of torrents) {
		const peers = await peersOf(engine, id);
		if (isJson) all.push(...peers.map(peer => ({infoHash: id, ...peer})));
		else if (peers.length === 0) stderr.write(`${nameText(name)}: nobody is connected\n`);
		else {
			const lines = stdout.isTTY ? await table(peers, stdout.columns || 80) : peers.map(tabbed);
			stdout.write(`${lines.join('\n')}\n`);
		}
	}
	if (isJson) stdout.write(`${terminalJson(all, 2)}\n`);
}

/** Those that words name, by their number or address, or all of a host. */
function meant(peers: readonly PeerView[], words: readonly string[]): PeerView[] {
	const found = words.flatMap(word => {
		const plain = word.replace(/^\[(.*)\]$/, '$1');
		const fits = peers.filter(
			({id, address}) =>
				String(id) === word ||
				address === word ||
				address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1') === plain,
		);
		if (fits.length > 0) return fits;
		throw new UserError(
			'no-such-peer',
			`no peer ${JSON.stringify(word)} is connected (see: tortui peers ID)`,
		);
	});
	return [...new Set(found)];
}

/** Shows the peers of torrents of the running engine, and says who may be one. */
export const command = defineCommand({
	name: 'peers',
	usage: ['peers ID ... [add|kick|ban PEER ...]'],
	summary: 'Shows the peers of torrents of the running engine; dials, lets go of, or bans some.',
	words: [1, 1000],
	options: remoteOptions,
	notes: [
		idNote,
		'',
		'PEER: HOST:PORT to add; to kick or ban also the number that is shown first, or an address without its port. Who is kicked may come back; who is banned may not while the engine runs.',
		'A table on a terminal. In a pipe a line each, with tabs between: number, address, flags (? on the screen tells them), what it has of the torrent from 0 to 1, bytes per second down and up, client. --json: one array.',
	],
	run({input, flags}, context) {
		const {ids, action, rest} = idsAndAction(input, ['add', 'kick', 'ban']);
		if (action !== undefined && rest.length === 0)
			throw new UserError('usage', `missing: peers ID ${action} PEER (see: tortui peers --help)`, 2);
		const addresses = action === 'add' ? rest.map(word => hostAndPort(word, 'peers add')) : [];
		return withEngine(flags, context, async engine => {
			const torrents = await findTorrents(engine, ids);
			if (action === undefined) await show(torrents, engine, flags.json, context);
			else {
				const tell = async ({id}: TorrentView) => {
					for (const address of addresses) await engine.send({type: 'peer.add', id, address});
					if (action === 'add') return {facts: {added: addresses}};
					const peers = meant(await peersOf(engine, id), rest);
					for (const {id: peer} of peers) await engine.send({type: `peer.${action}`, id, peer});
					return {facts: {[action === 'ban' ? 'banned' : 'kicked']: peers.map(({address}) => address)}};
				};
				await tellEach(torrents, tell, flags, context);
			}
			return 0 as const;
		});
	},
});
