import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {missing} from '../helpers/processes.ts';
import {Workspace} from '../helpers/workspace.ts';
import {UtpWorld} from '../simulation/utp-world.ts';

interface Captured {
	/** ms */
	readonly at: number;
	readonly isThere: boolean;
	readonly bytes: Uint8Array;
}

/** A capture of UDP over IPv4, as tcpdump writes it. */
function pcap(packets: readonly Captured[]): Buffer {
	const rawIp = 101;
	const head = Buffer.alloc(24);
	head.writeUInt32LE(0xa1b2c3d4, 0);
	head.writeUInt16LE(2, 4);
	head.writeUInt16LE(4, 6);
	head.writeUInt32LE(65_535, 16);
	head.writeUInt32LE(rawIp, 20);
	const parts = [head];
	for (const {at, isThere, bytes} of packets) {
		const packet = Buffer.alloc(16 + 28 + bytes.length);
		packet.writeUInt32LE(Math.floor(at / 1000), 0);
		packet.writeUInt32LE(Math.floor((at % 1000) * 1000), 4);
		packet.writeUInt32LE(28 + bytes.length, 8);
		packet.writeUInt32LE(28 + bytes.length, 12);
		packet.set([0x45, 0], 16);
		packet.writeUInt16BE(28 + bytes.length, 18);
		packet.set([64, 17], 24);
		packet.set([10, 0, 0, isThere ? 1 : 2, 10, 0, 0, isThere ? 2 : 1], 28);
		packet.writeUInt16BE(6881, 36);
		packet.writeUInt16BE(6881, 38);
		packet.writeUInt16BE(8 + bytes.length, 40);
		packet.set(bytes, 44);
		parts.push(packet);
	}
	return Buffer.concat(parts);
}

test('tshark reads every packet of a stream that loses some, and warns of none', {
	skip: missing('tshark'),
}, async t => {
	const space = new Workspace(t);
	const habits = {delay: 20, loss: 0.05, rate: 1e6, queue: 1e5};
	const world = new UtpWorld(4, {...habits}, {...habits});
	const packets: Captured[] = [];
	for (const line of [world.there, world.back])
		line.habits.eats = bytes => {
			packets.push({at: world.clock.now(), isThere: line === world.there, bytes});
			return false;
		};
	const {near, far} = await world.connect();
	near.send(200_000);
	far.send(50_000);
	await world.clock.pass(60_000);
	near.stream.close('enough');
	await world.clock.pass(10_000);
	assert.deepEqual([far.received, near.received], [200_001, 50_000]);
	const file = space.path('utp.pcap');
	writeFileSync(file, pcap(packets));
	const fields = [
		'bt-utp.type',
		'bt-utp.next_extension_type',
		'bt-utp.len',
		'_ws.expert.message',
		'_ws.malformed',
	];
	// What is in the packets is nothing of BitTorrent's.
	const words = [
		'-n',
		'--disable-protocol',
		'bittorrent',
		'-r',
		file,
		'-d',
		'udp.port==6881,bt-utp',
		'-T',
		'fields',
		'-E',
		'separator=;',
	];
	const {stdout, status} = spawnSync('tshark', [...words, ...fields.flatMap(field => ['-e', field])], {
		encoding: 'utf8',
	});
	assert.equal(status, 0);
	const lines = stdout.trimEnd().split('\n');
	assert.equal(lines.length, packets.length);
	const types = new Set(lines.map(line => line.split(';')[0]));
	// Data, the end, acks and the beginning.
	assert.deepEqual([...types].sort(), ['0', '1', '2', '4']);
	assert.ok(
		lines.some(line => line.split(';')[1]?.startsWith('1')),
		'a selective ack',
	);
	assert.deepEqual(
		lines.filter(line => !/^\d;[^;]*;[^;]*;;$/.test(line)),
		[],
	);
});
