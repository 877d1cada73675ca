import assert from 'node:assert/strict';
import test from 'node:test';
import type {ConnectionEvents, PeerStream} from '../../../source/io/net/transport.ts';
import type {DatagramOwner} from '../../../source/io/net/udp-mux.ts';
import {UtpTransport} from '../../../source/io/net/utp-transport.ts';
import {
	readUtpPacket,
	stampUtpPacket,
	UtpHeader,
	utpType,
	writeUtpPacket,
} from '../../../source/protocol/transport/utp-packet.ts';
import {HandClock, settled} from '../../helpers/hand-clock.ts';
import {seededRandom} from '../../helpers/seeded-random.ts';

const host = '192.0.2.7';
const port = 7000;

/** A packet of somebody else's. */
function packet(
	type: number,
	{connection, sequence, acknowledged = 0}: {connection: number; sequence: number; acknowledged?: number},
	text = '',
): Uint8Array {
	const bytes = Buffer.concat([Buffer.alloc(20), Buffer.from(text)]);
	writeUtpPacket(bytes, type, connection & 0xffff, sequence & 0xffff);
	stampUtpPacket(bytes, 1000, {delay: 5, window: 100_000, acknowledged: acknowledged & 0xffff});
	return bytes;
}

/** uTP over a socket that is none; keeps what is sent, and what those who come say. */
async function stage(places = Infinity) {
	const clock = new HandClock();
	let owner: DatagramOwner | undefined;
	const sent: Array<UtpHeader & {to: string}> = [];
	let holds = 0;
	let gone: ((why: string) => void) | undefined;
	const transport = new UtpTransport({
		udp: {
			join: joined => {
				owner = joined;
			},
			send: (bytes, to, at) => {
				const header = new UtpHeader();
				assert.ok(readUtpPacket(bytes, header));
				sent.push(Object.assign(header, {to: `${to} ${at}`}));
			},
			hold: () => void holds++,
			release: () => void holds--,
		},
		clock,
		random: seededRandom(1),
		datagrams: async () => ({port: 4567, send: () => {}, hold: () => {}, close: () => {}}),
		local: {
			reaches: family => family === 4,
			from: () => undefined,
			whyNot: family => `no IPv${family}`,
			keep: (_, close) => {
				gone = close;
				return () => {
					gone = undefined;
				};
			},
		},
	});
	const told: string[] = [];
	const streams: PeerStream[] = [];
	const events = (): ConnectionEvents => ({
		connected: () => told.push('connected'),
		data: (bytes, length) => told.push(Buffer.from(bytes.subarray(0, length)).toString()),
		drained: () => {},
		closed: reason => told.push(`closed: ${reason}`),
	});
	const listener = await transport.listen({port: 0}, stream => {
		if (streams.length >= places) return undefined;
		streams.push(stream);
		return events();
	});
	const hear = async (bytes: Uint8Array, from = host, at = port) => {
		owner!.receive(bytes, from, at);
		await settled();
	};
	return {
		...{clock, transport, sent, told, streams, listener, hear},
		hearAtOnce: (bytes: Uint8Array, from: string) => owner!.receive(bytes, from, port),
		get holds() {
			return holds;
		},
		lose: (why: string) => gone?.(why),
		dial: (to = host) =>
			transport.dial({host: to, port}, {timeout: 15_000, infoHash: new Uint8Array(20)}, events()),
	};
}

test('a SYN is answered, and nothing is kept of it', async () => {
	const {sent, hear, transport} = await stage();
	await hear(packet(utpType.syn, {connection: 100, sequence: 9}));
	const [answer] = sent;
	assert.deepEqual(
		[answer?.type, answer?.connection, answer?.acknowledged, answer?.to],
		[utpType.state, 100, 9, `${host} ${port}`],
	);
	assert.equal(transport.size, 0);
});

test('who has heard the answer comes in; its data is told in order though the first came last', async () => {
	const {sent, hear, told, streams} = await stage();
	await hear(packet(utpType.syn, {connection: 100, sequence: 0xffff}));
	const acknowledged = sent[0]!.sequence - 1;
	await hear(packet(utpType.data, {connection: 101, sequence: 1, acknowledged}, 'ly'));
	await hear(packet(utpType.data, {connection: 101, sequence: 0, acknowledged}, 'real'));
	assert.deepEqual([told.join(''), streams.length, streams[0]!.transport], ['really', 1, 'utp']);
	assert.deepEqual([sent.at(-1)!.type, sent.at(-1)!.acknowledged], [utpType.state, 1]);
});

test('who says another number than it was told, or comes from elsewhere, does not come in', async () => {
	const {sent, hear, streams, transport} = await stage();
	await hear(packet(utpType.syn, {connection: 100, sequence: 9}));
	const acknowledged = sent[0]!.sequence - 1;
	await hear(packet(utpType.data, {connection: 101, sequence: 10, acknowledged: acknowledged + 1}, 'x'));
	await hear(packet(utpType.data, {connection: 101, sequence: 10, acknowledged}, 'x'), '192.0.2.8');
	await hear(packet(utpType.data, {connection: 101, sequence: 10, acknowledged}, 'x'), host, port + 1);
	await hear(packet(utpType.data, {connection: 102, sequence: 10, acknowledged}, 'x'));
	await hear(packet(utpType.fin, {connection: 101, sequence: 10, acknowledged}, 'x'));
	assert.deepEqual([streams.length, transport.size], [0, 0]);
	assert.deepEqual(
		sent.slice(1).map(({type}) => type),
		[utpType.reset, utpType.reset, utpType.reset, utpType.reset],
	);
});

test('the number holds for a minute and more, not for ever', async () => {
	for (const [wait, comes] of [
		[59_000, 1],
		[200_000, 0],
	] as const) {
		const {sent, hear, streams, clock} = await stage();
		await hear(packet(utpType.syn, {connection: 100, sequence: 9}));
		const acknowledged = sent[0]!.sequence - 1;
		await clock.pass(wait);
		await hear(packet(utpType.syn, {connection: 500, sequence: 9}));
		await clock.pass(wait);
		await hear(packet(utpType.syn, {connection: 500, sequence: 9}));
		await hear(packet(utpType.data, {connection: 101, sequence: 10, acknowledged}, 'x'));
		assert.equal(streams.length, comes, `${wait}`);
	}
});

test('of a flood of SYNs five hundred a second are answered, and nothing is kept of any', async () => {
	const {sent, hearAtOnce, transport, clock, streams, hear} = await stage();
	const before = process.memoryUsage().heapUsed;
	for (let n = 0; n < 200_000; n++)
		hearAtOnce(
			packet(utpType.syn, {connection: n, sequence: n >> 3}),
			`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
		);
	assert.equal(sent.length, 500);
	assert.equal(transport.size, 0);
	assert.ok(process.memoryUsage().heapUsed - before < 100e6);
	await clock.pass(1000);
	sent.length = 0;
	await hear(packet(utpType.syn, {connection: 100, sequence: 9}));
	await hear(
		packet(utpType.data, {connection: 101, sequence: 10, acknowledged: sent[0]!.sequence - 1}, 'hello'),
	);
	assert.equal(streams.length, 1);
});

test('who floods with SYNs, or with data of no stream, keeps nobody else out', async () => {
	const {sent, hear, hearAtOnce, streams} = await stage();
	const flood = (from: string) => {
		for (let n = 0; n < 5000; n++) {
			hearAtOnce(packet(utpType.syn, {connection: n, sequence: n}), from);
			hearAtOnce(packet(utpType.data, {connection: n, sequence: n}, 'x'), from);
		}
	};
	flood('192.0.2.66');
	assert.deepEqual([sent.length, streams.length], [100, 0], 'fifty of each are answered');
	await hear(packet(utpType.syn, {connection: 100, sequence: 9}));
	const acknowledged = sent.at(-1)!.sequence - 1;
	flood('192.0.2.67');
	await hear(packet(utpType.data, {connection: 101, sequence: 10, acknowledged}, 'hello'));
	assert.equal(streams.length, 1);
});

test('data of no stream from everywhere keeps no SYN from being answered', async () => {
	const {sent, hear, hearAtOnce} = await stage();
	for (let n = 0; n < 5000; n++)
		hearAtOnce(packet(utpType.data, {connection: n, sequence: n}, 'x'), `10.0.${n >> 8}.${n & 255}`);
	await hear(packet(utpType.syn, {connection: 100, sequence: 9}));
	assert.equal(sent.at(-1)!.type, utpType.state);
});

test('whom there is no place for is refused', async () => {
	const {sent, hear, transport} = await stage(0);
	await hear(packet(utpType.syn, {connection: 100, sequence: 9}));
	await hear(packet(utpType.data, {connection: 101, sequence: 10, acknowledged: sent[0]!.sequence - 1}, 'x'));
	assert.deepEqual([sent.at(-1)!.type, transport.size], [utpType.reset, 0]);
});

test('a stream that is not is told of once in ten seconds, and a reset is never the answer to one', async () => {
	const {sent, hear, clock} = await stage();
	for (let n = 0; n < 5; n++) await hear(packet(utpType.data, {connection: 5, sequence: 70 + n}, 'x'));
	assert.deepEqual(
		sent.map(({type, connection, acknowledged}) => [type, connection, acknowledged]),
		[[utpType.reset, 5, 70]],
	);
	await hear(packet(utpType.reset, {connection: 6, sequence: 0, acknowledged: 3}));
	assert.equal(sent.length, 1);
	await clock.pass(10_000);
	await hear(packet(utpType.state, {connection: 5, sequence: 90}));
	assert.equal(sent.length, 2);
});

test('who is dialled answers and is connected; who refuses ends it', async () => {
	const {sent, hear, told, dial, transport} = await stage();
	const stream = dial();
	const {connection, sequence, type} = sent[0]!;
	assert.equal(type, utpType.syn);
	await hear(packet(utpType.state, {connection, sequence: 300, acknowledged: sequence}));
	assert.deepEqual(told, ['connected']);
	stream.write(Buffer.from('hello'));
	const {acknowledged, ...first} = sent.at(-1)!;
	assert.deepEqual(
		[first.type, first.connection, first.sequence, acknowledged],
		[utpType.data, (connection + 1) & 0xffff, (sequence + 1) & 0xffff, 299],
	);
	await hear(packet(utpType.data, {connection, sequence: 300, acknowledged: sequence + 1}, 'hi'));
	assert.equal(told.at(-1), 'hi');
	dial();
	const second = sent.at(-1)!;
	assert.notEqual(second.connection, connection);
	await hear(
		packet(utpType.reset, {connection: second.connection, sequence: 0, acknowledged: second.sequence}),
	);
	assert.deepEqual([told.at(-1), transport.size], ['closed: connection refused', 1]);
});

test('a reset that names nothing that was sent, or comes from elsewhere, ends nothing', async () => {
	const {sent, hear, told, dial} = await stage();
	dial();
	const {connection, sequence} = sent[0]!;
	const reset = (acknowledged: number) => packet(utpType.reset, {connection, sequence: 0, acknowledged});
	await hear(reset(sequence + 2));
	await hear(reset(sequence + 40_000));
	await hear(reset(sequence), '192.0.2.8');
	await hear(packet(utpType.reset, {connection: connection + 7, sequence: 0, acknowledged: sequence}));
	assert.deepEqual(told, []);
	await hear(packet(utpType.state, {connection, sequence: 300, acknowledged: sequence}));
	// The number of an ack is that of the packet to come.
	await hear(packet(utpType.reset, {connection: connection + 1, sequence: 0, acknowledged: sequence + 1}));
	assert.deepEqual(told, ['connected', 'closed: connection reset by the peer']);
});

test('acks of what was never sent are as if they had not come', async () => {
	const {sent, hear, told, dial, clock} = await stage();
	const stream = dial();
	const {connection, sequence} = sent[0]!;
	await hear(packet(utpType.state, {connection, sequence: 300, acknowledged: sequence + 1}));
	assert.deepEqual(told, []);
	await hear(packet(utpType.state, {connection, sequence: 300, acknowledged: sequence}));
	stream.write(Buffer.from('hello'));
	for (let n = 0; n < 100; n++) {
		await hear(
			packet(utpType.data, {connection, sequence: 300, acknowledged: sequence + 2 + n * 300}, 'lies'),
		);
		await clock.pass(300);
	}
	assert.deepEqual(told, ['connected', 'closed: the peer does not answer any more']);
});

test('a peer of a family that we have no address of is not dialled', async () => {
	const {sent, told, dial, transport} = await stage();
	dial('2001:db8::1');
	await settled();
	assert.deepEqual([told, sent.length, transport.size], [['closed: no IPv6'], 0, 0]);
});

test('when the address is gone streams end, and nothing is sent of it', async () => {
	const {sent, hear, told, dial, transport, lose} = await stage();
	dial();
	const {connection, sequence} = sent[0]!;
	await hear(packet(utpType.state, {connection, sequence: 300, acknowledged: sequence}));
	const before = sent.length;
	lose('tun0 is gone');
	await settled();
	assert.deepEqual([told.at(-1), sent.length - before, transport.size], ['closed: tun0 is gone', 0, 0]);
});

test('who listens no more refuses who comes; those who came are told', async () => {
	const stand = await stage();
	const {sent, hear, told, listener} = stand;
	assert.equal(listener.port, 4567);
	await hear(packet(utpType.syn, {connection: 100, sequence: 9}));
	await hear(packet(utpType.data, {connection: 101, sequence: 10, acknowledged: sent[0]!.sequence - 1}, 'x'));
	assert.equal(stand.holds, 1);
	await listener.retire!();
	assert.equal(stand.holds, 0);
	await hear(packet(utpType.syn, {connection: 200, sequence: 9}));
	assert.deepEqual([sent.at(-1)!.type, told], [utpType.reset, ['x']]);
	await listener.close();
	await settled();
	assert.deepEqual([sent.at(-1)!.type, told.at(-1), stand.holds], [utpType.fin, 'closed: we leave', 0]);
});

test('after our last packet an ack has its number, and the end of the other side is acknowledged', async () => {
	const {sent, hear, dial, transport} = await stage();
	const stream = dial();
	const {connection, sequence} = sent[0]!;
	await hear(packet(utpType.state, {connection, sequence: 300, acknowledged: sequence}));
	stream.close('enough');
	const last = sent.at(-1)!;
	assert.deepEqual([last.type, last.sequence], [utpType.fin, (sequence + 1) & 0xffff]);
	// Libtorrent hears nothing beyond that number, and its stream stands until its end is acknowledged.
	await hear(packet(utpType.state, {connection, sequence: 300, acknowledged: last.sequence}));
	assert.equal(transport.size, 1);
	await hear(packet(utpType.fin, {connection, sequence: 300, acknowledged: last.sequence}));
	const ack = sent.at(-1)!;
	assert.deepEqual([ack.type, ack.sequence, ack.acknowledged], [utpType.state, last.sequence, 300]);
	assert.equal(transport.size, 0);
});

test('the more streams there are, the less may come for each and not be taken', async () => {
	const {sent, hear, dial} = await stage();
	const windows: number[] = [];
	for (let n = 1; n <= 2000; n++) {
		dial();
		if (n !== 1 && n !== 128 && n !== 2000) continue;
		const {connection, sequence} = sent.at(-1)!;
		await hear(packet(utpType.state, {connection, sequence: 300, acknowledged: sequence}));
		await hear(packet(utpType.data, {connection, sequence: 301, acknowledged: sequence}, 'early'));
		windows.push(sent.at(-1)!.window);
	}
	assert.deepEqual(windows, [(1 << 20) - 5, (1 << 19) - 5, (1 << 16) - 5]);
});
