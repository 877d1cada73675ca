import {test} from 'node:test';
import type {Clock} from '../../../source/base/ports.ts';
import {AddressFilter} from '../../../source/io/net/address-filter.ts';
import {openDatagramSocket} from '../../../source/io/net/datagram-socket.ts';
import {LocalAddresses} from '../../../source/io/net/local-addresses.ts';
import type {Sockets} from '../../../source/io/net/sockets.ts';
import {TcpTransport} from '../../../source/io/net/tcp-transport.ts';
import {UdpMux} from '../../../source/io/net/udp-mux.ts';
import {assertSame} from '../../helpers/compare.ts';
import {HurriedClock} from '../../helpers/hurried-clock.ts';
import {freePort} from '../../helpers/ports.ts';
import {openTestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const common = {trackers: false, utp: true, encryption: 'prefer'} as const;

/** Sockets behind a gateway: nobody comes in over TCP, and over UDP only whom something was sent to. */
function behindGateway(clock: Clock): Pick<Sockets, 'tcp' | 'udp'> {
	const local = new LocalAddresses(['127.0.0.1'], undefined, clock);
	const tcp = new TcpTransport(local, clock);
	const sentTo = new Set<string>();
	const udp = new UdpMux({
		...{local, clock, filter: new AddressFilter()},
		async open(place, listener) {
			const socket = await openDatagramSocket(place, (bytes, remote) => {
				if (sentTo.has(`${remote.address}:${remote.port}`)) listener(bytes, remote);
			});
			return {
				port: socket.port,
				send(bytes, host, port, failed) {
					sentTo.add(`${host}:${port}`);
					socket.send(bytes, host, port, failed);
				},
				hold: on => socket.hold(on),
				close: () => socket.close(),
			};
		},
	});
	return {
		tcp: {
			dial: (to, how, events) => tcp.dial(to, how, events),
			listen: async ({port}) => ({port, close: async () => {}}),
		},
		udp,
	};
}

test('two behind gateways meet with the help of one that both know', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'folder', [['a.bin', 300_000]], 32_768, [], true);
	const clock = new HurriedClock(6, 20_000);
	// The relay and the other get nothing to give: what the seeder has goes to the leecher over a way of their own. And the
	// relay, whose time is not hurried, has told the seeder of the other: that somebody else is there it says in a minute, too
	// late for both to dial each other by chance.
	const slow = {...common, maxDownload: 1};
	const relay = await openTestSession(space, 'relay', slow);
	await relay.add(torrent, {dir: space.folder('relayed')});
	const peers = [`127.0.0.1:${relay.port}`];
	const open = async (home: string) =>
		openTestSession(space, home, {
			...{clock, ...common, port: await freePort()},
			sockets: behindGateway(clock),
		});
	const other = await openTestSession(space, 'other', {...slow, utp: false, pex: false});
	await other.add(torrent, {dir: space.folder('others'), peers});
	const seeder = await open('seeder');
	const seeded = await seeder.add(torrent, {dir: torrent.content.dir, peers});
	await seeder.sees(seeded, 'with both', ({state, connected}) => state === 'seeding' && connected > 1);
	const leecher = await open('leecher');
	const id = await leecher.add(torrent, {dir: space.folder('got'), peers});
	await leecher.sees(id, 'complete', ({state}) => state === 'seeding', 30_000);
	assertSame(space.path('got', 'folder'), torrent.content.root);
});
