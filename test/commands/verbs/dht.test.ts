import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {DhtNetworkView, DhtView} from '../../../source/api/dht-view.ts';
import {dhtLines} from '../../../source/commands/verbs/dht.ts';

const network: DhtNetworkView = {
	family: 'ipv4',
	state: 'poor',
	why: 'only 3 nodes are known',
	id: 'ab'.repeat(20),
	nodes: 3,
	known: 4,
	buckets: [
		{nodes: 3, spares: 1, most: 128},
		{nodes: 1, spares: 0, most: 64},
	],
	stored: {hashes: 1, peers: 2},
	traffic: {
		queriesIn: {ping: 4, find_node: 0},
		queriesOut: {get_peers: 7, ping: 0},
		answersIn: 6,
		answersOut: 4,
		errorsIn: 1,
		errorsOut: 0,
		invalid: 2,
		unsolicited: 3,
		dropped: 5,
		bytesIn: 2048,
		bytesOut: 1024,
	},
};
const off: DhtNetworkView = {...network, family: 'ipv6', state: 'off', why: 'this machine has no address'};
const view: DhtView = {
	state: 'poor',
	why: 'only 3 nodes are known',
	readOnly: false,
	networks: [network, off],
	lookups: {running: 1, waiting: 2, firstPeers: {count: 9, p50: 420, p95: 12_300}},
};

test('what there is to know of the DHT is said in lines, of a network that is off only why', () => {
	assert.deepEqual(dhtLines(view), [
		'DHT   poor: only 3 nodes are known',
		'',
		'IPv4  poor: only 3 nodes are known',
		'  nodes       3 of 4 answer, 1 in reserve',
		'  buckets     3/128 1/64',
		`  id          ${'ab'.repeat(20)}`,
		'  stored      2 peers of 1 torrent for others',
		'  asked       7 get_peers; answered 6, refused 1',
		'  was asked   4 ping; answered 4, refused 0',
		'  left out    2 senseless, 3 unasked for, 5 of who sent too many',
		'  bytes       2.00 K in, 1.00 K out',
		'',
		'IPv6  off: this machine has no address',
		'',
		'Look-ups  1 running, 2 waiting',
		'  first peers 0.4 s half of the last 9, 12 s nineteen of twenty',
		'  whole       none yet',
	]);
});

test('a DHT that is switched off is one line, one that answers nobody says so', () => {
	const nothing: DhtView = {
		state: 'off',
		why: 'it is switched off',
		readOnly: false,
		networks: [],
		lookups: {running: 0, waiting: 0},
	};
	assert.deepEqual(dhtLines(nothing), ['DHT   off: it is switched off']);
	assert.match(dhtLines({...view, readOnly: true})[0]!, /read-only/);
});
