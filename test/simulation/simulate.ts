// A virtual day in a DHT of thousands that come and go: npm run simulate [nodes] [hours] [of ours] [seed].
import process from 'node:process';
import {formatAddress, type PeerAddress} from '../../source/base/peer-address.js';
import {LargeDht, type Observed} from './large-dht.js';

const [nodes = 5000, hours = 24, ours = 60, seed = 1] = process.argv.slice(2).map(Number);
const minute = 60_000;
const hour = 60 * minute;
const began = performance.now();
const memory = (): number => {
	globalThis.gc?.();
	return process.memoryUsage().heapUsed;
};

const before = memory();
const world = new LargeDht({nodes, observed: ours, seed, lifetime: 2 * hour});
for (const {node} of world.observed) node.bootstrap(world.someAlive(3), () => {});
await world.clock.pass(5 * minute);

/** A torrent each two of ours share: one announces it, the other looks for it. */
const torrents = Array.from({length: Math.floor(ours / 2)}, () => world.random.bytes(20));
let [lookups, found, stores, nearest, asked, reference, restarts] = [0, 0, 0, 0, 0, 0, 0];
const [whole, firstPeers]: [number[], number[]] = [[], []];

function announce({node}: Observed, target: Uint8Array): void {
	node.findPeers(
		target,
		{},
		() => {},
		result => node.announce(target, result.stores, {given: undefined, local: 1}, true),
	);
}

function lookFor(seeker: Observed, seeder: Observed, target: Uint8Array): void {
	const start = world.clock.now();
	const wanted = new Set(world.nearest(target, 8).map(formatAddress));
	const needed = world.reference(seeker, target);
	let first: number | undefined;
	seeker.node.findPeers(
		target,
		{},
		(peers: readonly PeerAddress[]) => {
			if (peers.some(({host}) => host === seeder.address.host)) first ??= world.clock.now() - start;
		},
		result => {
			lookups++;
			asked += result.asked;
			reference += needed;
			stores += result.stores.length;
			nearest += result.stores.filter(store => wanted.has(formatAddress(store))).length;
			whole.push(world.clock.now() - start);
			if (first === undefined) return;
			found++;
			firstPeers.push(first);
		},
	);
}

for (const [index, target] of torrents.entries()) {
	const [seeder, seeker] = [world.observed[2 * index]!, world.observed[2 * index + 1]!];
	const again = (): void => {
		announce(seeder, target);
		world.clock.after(minute, () => lookFor(seeker, seeder, target));
		world.clock.after(15 * minute, again);
	};
	world.clock.after((index * 15 * minute) / torrents.length, again);
}

const sentBefore = world.sent;
for (let passed = 1; passed <= hours; passed++) {
	await world.clock.pass(hour);
	// Each of ours ends and begins anew about every eight hours.
	for (const observed of world.observed)
		if (world.random.next() < 1 / 8) {
			world.restart(observed);
			restarts++;
		}
	if (passed % 4 === 0 || passed === hours)
		console.error(`${passed} h of ${hours} after ${Math.round((performance.now() - began) / 1000)} s`);
}
await world.clock.pass(minute);

const at = (times: number[], part: number): number =>
	Math.round(times.sort((a, b) => a - b)[Math.ceil(times.length * part) - 1] ?? 0);
const sizes = world.observed.map(({node}) => node.size);
const good = world.observed.map(({node}) => node.good);
const mean = (numbers: number[]): string =>
	(numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toFixed(0);
const percent = (part: number, of: number): string => `${((100 * part) / of).toFixed(1)} %`;
console.log(`${nodes} nodes, ${ours} of them ours, ${hours} virtual hours, seed ${seed}
came and went   ${world.left} others, ${restarts} of ours
look-ups        ${lookups}, peers found in ${percent(found, lookups)}
nearest eight   ${percent(nearest, lookups * 8)} found, ${(stores / lookups).toFixed(2)} would store us
questions       ${(asked / lookups).toFixed(1)} a look-up, the reference needs ${(reference / lookups).toFixed(1)}
first peers     ${at(firstPeers, 0.5)} ms half of them, ${at(firstPeers, 0.95)} ms nineteen of twenty
whole           ${at(whole, 0.5)} ms, ${at(whole, 0.95)} ms
tables          ${mean(sizes)} nodes (${Math.min(...sizes)} to ${Math.max(...sizes)}), ${mean(good)} of them answer
datagrams       ${((world.sent - sentBefore) / ours / hours / 3600).toFixed(3)} a second and node of ours, look-ups included
memory          ${((memory() - before) / 2 ** 20).toFixed(0)} MiB for the whole world
took            ${Math.round((performance.now() - began) / 1000)} s`);
