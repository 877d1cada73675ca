import assert from 'node:assert/strict';
import {test} from 'node:test';
import {formatAddress} from '../../source/base/peer-address.js';
import {DhtWorld} from './dht-world.js';

test('in a net of 500 nodes, 20 % gone and 10 % lying, the nearest eight are found', async () => {
	const world = new DhtWorld({nodes: 500, seed: 1, dead: 0.2, lying: 0.1});
	const t0 = performance.now();
	await world.begin();
	console.log(`begun: ${world.sent} datagrams, ${Math.round(performance.now() - t0)} ms`);
	const sizes = world.citizens.filter(({alive}) => alive).map(({node}) => node.size);
	console.log(`tables: ${Math.min(...sizes)} .. ${Math.max(...sizes)}`);
	const askers = world.citizens.filter(({alive, honest}) => alive && honest);
	let [found, asked, times] = [0, 0, 0];
	for (let n = 0; n < 20; n++) {
		const target = world.random.bytes(20);
		const {result, time} = await world.lookUp(askers[(n * 37) % askers.length]!, target);
		const wanted = new Set(world.nearest(target).map(({address}) => formatAddress(address)));
		const got = result.stores.filter(store => wanted.has(formatAddress(store))).length;
		found += got;
		asked += result.asked;
		times += time;
		console.log(
			`${got} of 8 (${result.stores.length}), ${result.asked} asked, ${result.responses} answered, ${Math.round(time)} ms`,
		);
	}
	console.log(found / 160, asked / 20, times / 20);
	assert.ok(found / 160 > 0.9);
});
