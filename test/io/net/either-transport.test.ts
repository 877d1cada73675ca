import assert from 'node:assert/strict';
import test from 'node:test';
import type {PeerAddress} from '../../../source/base/peer-address.ts';
import {EitherTransport} from '../../../source/io/net/either-transport.ts';
import type {ConnectionEvents, PeerStream, Transport} from '../../../source/io/net/transport.ts';
import {HandClock} from '../../helpers/hand-clock.ts';

const peer: PeerAddress = {host: '192.0.2.1', port: 6881};

/** A way that does what its test says, and keeps what was asked of it. */
class Way implements Transport {
	readonly dials: Array<{events: ConnectionEvents; closed: string[]; written: number}> = [];
	readonly #transport: 'tcp' | 'utp';

	constructor(transport: 'tcp' | 'utp') {
		this.#transport = transport;
	}

	get last() {
		return this.dials.at(-1)!;
	}

	dial(to: PeerAddress, _: unknown, events: ConnectionEvents): PeerStream {
		const dial = {events, closed: [] as string[], written: 0};
		this.dials.push(dial);
		return {
			transport: this.#transport,
			encrypted: false,
			remote: to,
			incoming: false,
			unsent: 0,
			write: bytes => {
				dial.written += bytes.length;
			},
			pause: () => {},
			resume: () => {},
			close: reason => {
				dial.closed.push(reason);
				events.closed(reason);
			},
		};
	}

	async listen({port}: {port: number}) {
		return {port: port || 7000, close: async () => {}};
	}
}

function stage() {
	const clock = new HandClock();
	const [tcp, utp] = [new Way('tcp'), new Way('utp')];
	const either = new EitherTransport(tcp, utp, clock);
	const dial = () => {
		const told: string[] = [];
		const stream = either.dial(
			peer,
			{timeout: 15_000, infoHash: new Uint8Array(20)},
			{
				connected: () => told.push('connected'),
				data: (_, length) => told.push(`${length} bytes`),
				drained: () => told.push('drained'),
				closed: reason => told.push(`closed: ${reason}`),
			},
		);
		return {stream, told};
	};
	return {clock, tcp, utp, either, dial};
}

test('TCP is alone for a second, then the first of both wins and the other is let go of', async () => {
	const {clock, tcp, utp, dial} = stage();
	const {stream, told} = dial();
	await clock.pass(999);
	assert.deepEqual([tcp.dials.length, utp.dials.length], [1, 0]);
	await clock.pass(1);
	assert.equal(utp.dials.length, 1);
	utp.last.events.connected();
	assert.deepEqual(tcp.last.closed, ['the other way was faster']);
	assert.equal(stream.transport, 'utp');
	stream.write(new Uint8Array(68));
	assert.equal(utp.last.written, 68);
	utp.last.events.data(new Uint8Array(5), 5);
	utp.last.events.closed('the peer closed the connection');
	assert.deepEqual(told, ['connected', '5 bytes', 'closed: the peer closed the connection']);
});

test('when TCP connects within the second uTP is not tried', async () => {
	const {clock, tcp, utp, dial} = stage();
	const {stream, told} = dial();
	tcp.last.events.connected();
	await clock.pass(5000);
	assert.deepEqual([utp.dials.length, stream.transport, told], [0, 'tcp', ['connected']]);
});

test('uTP is tried at once when TCP is refused, and next time it goes first', async () => {
	const {clock, tcp, utp, dial} = stage();
	dial();
	tcp.last.events.closed('connection refused');
	assert.equal(utp.dials.length, 1);
	utp.last.events.connected();
	dial();
	assert.deepEqual([tcp.dials.length, utp.dials.length], [1, 2]);
	await clock.pass(1000);
	assert.equal(tcp.dials.length, 2);
});

test('who refuses uTP is dialled over TCP alone, until that fails', () => {
	const {tcp, utp, dial} = stage();
	dial();
	tcp.last.events.closed('connection refused');
	utp.last.events.connected();
	dial();
	utp.last.events.closed('connection refused');
	tcp.last.events.connected();
	const {told} = dial();
	tcp.last.events.closed('connection refused');
	assert.deepEqual([utp.dials.length, told], [2, ['closed: connection refused']]);
	dial();
	tcp.last.events.closed('connection refused');
	assert.equal(utp.dials.length, 3);
});

test('when both fail the first says why', () => {
	const {tcp, utp, dial} = stage();
	const {told} = dial();
	tcp.last.events.closed('no route to the peer');
	assert.deepEqual(told, []);
	utp.last.events.closed('connecting took too long');
	assert.deepEqual(told, ['closed: no route to the peer']);
});

test('who connects over TCP and hangs up without a word is dialled again at once over uTP, once', () => {
	const {tcp, utp, either, dial} = stage();
	dial();
	tcp.last.events.connected();
	tcp.last.events.closed('the peer closed the connection');
	assert.deepEqual([either.hasOtherWay(peer), either.hasOtherWay(peer)], [true, false]);
	dial();
	assert.equal(utp.dials.length, 1);
	utp.last.events.closed('connecting took too long');
	tcp.last.events.connected();
	tcp.last.events.closed('the peer closed the connection');
	assert.equal(either.hasOtherWay(peer), false);
	dial();
	utp.last.events.connected();
	utp.last.events.data(new Uint8Array(1), 1);
	utp.last.events.closed('the peer closed the connection');
	assert.equal(either.hasOtherWay(peer), false);
});

test('it was we who hung up, or somebody said something: nothing is learnt of that', () => {
	const {tcp, either, dial} = stage();
	const {stream, told} = dial();
	tcp.last.events.connected();
	stream.close('that was ourselves');
	assert.equal(either.hasOtherWay(peer), false);
	assert.deepEqual(told, ['connected', 'closed: that was ourselves']);
	dial();
	tcp.last.events.connected();
	tcp.last.events.data(new Uint8Array(1), 1);
	tcp.last.events.closed('the peer closed the connection');
	assert.equal(either.hasOtherWay(peer), false);
});

test('whoever leaves before anything connects lets go of both', async () => {
	const {clock, tcp, utp, dial} = stage();
	const {stream, told} = dial();
	await clock.pass(1000);
	stream.close('the torrent is paused');
	assert.deepEqual([tcp.last.closed.length, utp.last.closed.length], [1, 1]);
	assert.deepEqual(told, ['closed: the torrent is paused']);
	await clock.pass(10_000);
	assert.deepEqual([tcp.dials.length, utp.dials.length], [1, 1]);
});
