import {DhtNode} from '../../source/engine/dht/dht-node.ts';
import {RoutingTable} from '../../source/policy/dht/routing-table.ts';
import {decodeKrpc, encodeResponse} from '../../source/protocol/dht/krpc.ts';
import {seededRandom} from '../helpers/seeded-random.ts';
import {sha1} from '../simulation/dht-world.ts';
import {VirtualClock} from '../simulation/virtual-clock.ts';
import {tell} from './measure.ts';

const client = Uint8Array.of(84, 84, 0, 1);
const hostOf = (n: number): string => `${20 + (n >> 14)}.${(n >> 7) & 127}.${n & 127}.1`;
const tables = 10;
const virtualHours = 6;

/** What a node of the DHT costs: its table, and what it does by itself. */
export async function benchDht(): Promise<void> {
	const random = seededRandom(1);
	globalThis.gc?.();
	const before = process.memoryUsage().heapUsed;
	const full = Array.from({length: tables}, () => {
		const table = new RoutingTable(random.bytes(20));
		for (let n = 0; n < 20_000; n++) table.answered(random.bytes(20), {host: hostOf(n), port: 6881}, 50, n);
		return table;
	});
	globalThis.gc?.();
	const each = (process.memoryUsage().heapUsed - before) / tables;
	tell(`a full DHT table of ${full[0]!.size} nodes`, `${Math.round(each / 1024)} KiB`, '< 2048 KiB');

	const clock = new VirtualClock(1e9);
	const sender = {id: random.bytes(20), client, readOnly: false};
	const to = Uint8Array.of(198, 51, 100, 7, 26, 225);
	let said = 0;
	const ids = new Map<string, Uint8Array>();
	const node: DhtNode = new DhtNode({
		family: 'ipv4',
		clock,
		random,
		sha1,
		client,
		readOnly: false,
		send: (bytes, address) => {
			said++;
			const message = decodeKrpc(bytes);
			if (message.kind !== 'query') return;
			const id = ids.get(address.host) ?? random.bytes(20);
			ids.set(address.host, id);
			const nodes = Array.from({length: 8}, () => ({
				id: random.bytes(20),
				host: hostOf(Math.floor(random.next() * 100_000)),
				port: 6881,
			}));
			const answer = encodeResponse({...sender, id}, message.transaction, to, {nodes: {ipv4: nodes}});
			clock.after(80, () => node.received(answer, address));
		},
	});
	node.start();
	for (let turn = 0; turn < 30; turn++) {
		node.bootstrap([{host: hostOf(turn), port: 6881}], () => {});
		await clock.pass(60_000);
	}
	said = 0;
	const cpu = process.cpuUsage();
	await clock.pass(virtualHours * 3_600_000);
	const {user, system} = process.cpuUsage(cpu);
	const share = (user + system) / 1e6 / (virtualHours * 3600);
	tell(
		`an idle DHT node that knows ${node.size}: share of a core`,
		`${(share * 100).toFixed(4)} %`,
		'< 0.3 %',
	);
	tell('  datagrams a minute', (said / virtualHours / 60).toFixed(1));
	node.stop();
}
