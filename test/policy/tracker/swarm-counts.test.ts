import assert from 'node:assert/strict';
import {test} from 'node:test';
import {SwarmTable, swarmLimits} from '../../../source/policy/tracker/swarm-table.ts';
import {seeded} from '../seeded.ts';

const hash = 'a'.repeat(40);

test('peers of both families are counted together', () => {
	const table = new SwarmTable(seeded(5), swarmLimits);
	const announce = (host: string, left: number): void => {
		table.announce(
			{
				...{infoHash: hash, address: {host, port: 6881}, peerId: new Uint8Array(20), left, numwant: 50},
				families: 'both',
			},
			0,
		);
	};
	for (const host of ['192.0.2.1', '2001:db8::1', '2001:db8::2']) announce(host, 0);
	for (const host of ['192.0.2.9', '2001:db8::9']) announce(host, 1);
	const {seeders, leechers} = table.scrape(hash);
	assert.deepEqual([seeders, leechers], [3, 2]);
});
