import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PeerAddress} from '../../../source/base/peer-address.js';
import {composeSources} from '../../../source/engine/sources/compose-sources.js';
import {HandClock, settled} from '../../helpers/hand-clock.ts';

const at = (host: number): PeerAddress => ({host: `192.0.2.${host}`, port: 6881});

test('each tracker and each node of the DHT is told apart from the others that name peers', async () => {
	const clock = new HandClock();
	const posted: Array<readonly [source: string, by: string | undefined, hosts: string]> = [];
	const torrent = {
		swarmKeys: {v1: new Uint8Array(20), v2: undefined},
		stats: {uploaded: 0, downloaded: 0},
		left: 1,
		swarm: {add: () => 0, letGoOfNamedBy() {}, list: {isOwn: () => false}},
		post({
			source,
			by,
			addresses,
		}: {
			readonly source: string;
			readonly by?: string | undefined;
			readonly addresses: readonly PeerAddress[];
		}) {
			posted.push([source, by, addresses.map(({host}) => host).join(' ')]);
		},
		log() {},
	};
	const nodes: PeerAddress[] = [
		{host: '198.51.100.1', port: 7000},
		{host: '2001:db8:1:2::9', port: 7000},
		{host: '2001:db8:1:2::8', port: 7000},
	];
	const set = composeSources(
		torrent,
		{tiers: [['udp://one:1']]},
		{
			clock,
			random: {next: () => 0, bytes: length => new Uint8Array(length)},
			peerId: new Uint8Array(20),
			key: 1,
			portFor: () => 6881,
			externalAddress: {heardOurAddress() {}},
			resolver: {first: async () => undefined},
			http: undefined as never,
			udpTrackers: {
				async announce() {
					return {
						kind: 'peers' as const,
						peers: [at(1)],
						interval: 900,
						seeders: 1,
						leechers: 1,
						completed: 1,
					};
				},
				async scrape() {
					return {kind: 'counts' as const, seeders: 0, leechers: 0, completed: 0};
				},
			},
			exchangesPeers: true,
			dht: {
				search(_target, _announce, peers) {
					for (const [number, node] of nodes.entries()) peers([at(10 + number)], node);
					return () => {};
				},
				subscribe: () => () => {},
				namedByTorrent: async () => {},
			},
		},
		false,
	);
	set.start([at(5)]);
	await clock.pass(1000);
	await settled();
	const of = (source: string) =>
		posted.filter(([name]) => name === source).map(([, by, hosts]) => [by, hosts]);
	assert.deepEqual(of('tracker'), [['udp://one:1', '192.0.2.1']]);
	assert.deepEqual(of('dht'), [
		['198.51.100.1', '192.0.2.10'],
		// One household.
		['32.1.13.184.0.1.0.2', '192.0.2.11'],
		['32.1.13.184.0.1.0.2', '192.0.2.12'],
	]);
	assert.deepEqual(of('resume'), [[undefined, '192.0.2.5']]);
	await set.stop();
});
