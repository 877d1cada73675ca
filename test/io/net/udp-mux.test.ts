import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {type TestContext, test} from 'node:test';
import {machineClock} from '../../../source/io/machine/clock.ts';
import {
	type DatagramListener,
	type DatagramPlace,
	openDatagramSocket,
} from '../../../source/io/net/datagram-socket.ts';
import {LocalAddresses} from '../../../source/io/net/local-addresses.ts';
import {type DatagramOwner, UdpMux} from '../../../source/io/net/udp-mux.ts';
import {within} from '../../helpers/deadline.ts';
import {HandClock, settled} from '../../helpers/hand-clock.ts';

/** Claims what begins with a byte, and keeps what it is given in words. */
class Owner implements DatagramOwner {
	readonly heard: string[] = [];
	looks = 0;
	readonly #first: number;

	constructor(first: string) {
		this.#first = first.charCodeAt(0);
	}

	claims(bytes: Uint8Array): boolean {
		this.looks++;
		return bytes[0] === this.#first;
	}

	receive(bytes: Uint8Array, host: string, port: number): void {
		this.heard.push(`${Buffer.from(bytes)} ${host} ${port}`);
	}
}

interface Opened extends DatagramPlace {
	readonly listener: DatagramListener;
	held: boolean;
	closed: boolean;
	readonly sent: string[];
}

/** A mux over sockets that are none. `refuse` says why a place cannot be had. */
function stage(
	bind: readonly string[] = [],
	refuse: (place: DatagramPlace) => string | undefined = () => undefined,
) {
	const opened: Opened[] = [];
	const sent: string[] = [];
	const taken: number[] = [];
	const failures = new Map<string, string>();
	const clock = new HandClock();
	const mux = new UdpMux({
		local: new LocalAddresses(bind),
		clock,
		taken: port => taken.push(port),
		open: async (place, listener) => {
			const code = refuse(place);
			if (code !== undefined) throw Object.assign(new Error(code), {code});
			const socket: Opened = {...place, listener, held: false, closed: false, sent: []};
			opened.push(socket);
			return {
				port: place.port,
				send(bytes, host, port, failed) {
					sent.push(`${Buffer.from(bytes)} ${host} ${port}`);
					socket.sent.push(`${Buffer.from(bytes)} ${host} ${port}`);
					const failure = failures.get(host);
					if (failure !== undefined) failed?.(Object.assign(new Error(failure), {code: failure}));
				},
				hold(on) {
					socket.held = on;
				},
				close() {
					socket.closed = true;
				},
			};
		},
	});
	const places = () => opened.map(({family, port, address}) => `${family} ${address ?? '*'} ${port}`);
	return {mux, opened, sent, taken, failures, places};
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const from = {address: '192.0.2.1', port: 81};

test('who joined first is asked first, and a datagram has one owner', async () => {
	const {mux, opened} = stage();
	const [tracker, dht, other] = [new Owner('t'), new Owner('d'), new Owner('d')];
	for (const owner of [tracker, dht, other]) mux.join(owner);
	await mux.listen(6881);
	opened[0]!.listener(bytes('d1'), from);
	opened[1]!.listener(bytes('t2'), {address: 'fe80::0:1%eth0', port: 82});
	assert.deepEqual([tracker.heard, dht.heard, other.heard], [['t2 fe80::1 82'], ['d1 192.0.2.1 81'], []]);
	assert.deepEqual(mux.counters, {in: 2, out: 0, dropped: 0});
});

test('what nobody claims is dropped and counted', async () => {
	const {mux, opened} = stage();
	const owner = new Owner('d');
	mux.join(owner);
	await mux.listen(6881);
	for (const text of ['', 'x', 'xd']) opened[0]!.listener(bytes(text), from);
	assert.deepEqual(owner.heard, []);
	assert.deepEqual(mux.counters, {in: 0, out: 0, dropped: 3});
});

test('of a flood no more than 64 are looked at in a turn, and the next turn has its own', async () => {
	const {mux, opened} = stage();
	const owner = new Owner('d');
	mux.join(owner);
	await mux.listen(6881);
	for (let n = 0; n < 500; n++) opened[n % 2]!.listener(bytes(n % 3 === 0 ? 'd' : 'x'), from);
	assert.equal(owner.looks, 64);
	assert.equal(mux.counters.in + mux.counters.dropped, 500);
	await settled();
	opened[0]!.listener(bytes('d'), from);
	assert.equal(owner.looks, 65);
});

test('nothing is opened before somebody sends; then that family alone, on the port of TCP', async () => {
	const {mux, sent, places} = stage();
	assert.equal(await mux.listen(6881), true);
	await settled();
	assert.deepEqual(places(), []);
	mux.join(new Owner('t'));
	mux.send(bytes('a'), '192.0.2.1', 81);
	mux.send(bytes('b'), '192.0.2.1', 82);
	assert.deepEqual(sent, []);
	await settled();
	assert.deepEqual(places(), ['4 * 6881']);
	assert.deepEqual(sent, ['a 192.0.2.1 81', 'b 192.0.2.1 82']);
	assert.equal(mux.counters.out, 2);
});

test('who has joined by then is listened for at once, at the addresses we are bound to, one a family', async () => {
	const {mux, places} = stage(['192.0.2.7', '192.0.2.8', '2001:db8::7']);
	mux.join(new Owner('d'));
	assert.equal(await mux.listen(6881), true);
	assert.deepEqual(places(), ['4 192.0.2.7 6881', '6 2001:db8::7 6881']);
});

test('a port that one family cannot have is not taken by the other', async () => {
	const {mux, opened, places} = stage([], ({family, port}) =>
		family === 6 && port === 6881 ? 'EADDRINUSE' : undefined,
	);
	mux.join(new Owner('d'));
	assert.equal(await mux.listen(6881), false);
	assert.deepEqual(
		opened.map(({closed}) => closed),
		[true],
	);
	assert.equal(await mux.listen(6882), true);
	assert.deepEqual(places(), ['4 * 6881', '4 * 6882', '6 * 6882']);
	assert.deepEqual(
		opened.map(({closed}) => closed),
		[true, false, false],
	);
});

test('a machine without IPv6 listens without it, and says so to who sends over it', async () => {
	const {mux, places} = stage([], ({family}) => (family === 6 ? 'EAFNOSUPPORT' : undefined));
	mux.join(new Owner('d'));
	assert.equal(await mux.listen(6881), true);
	assert.deepEqual(places(), ['4 * 6881']);
	const failed: unknown[] = [];
	mux.send(bytes('a'), '2001:db8::1', 81, error => failed.push((error as NodeJS.ErrnoException).code));
	await settled();
	assert.deepEqual(failed, ['EAFNOSUPPORT']);
});

test('a family that cannot be opened is tried again by whoever sends next', async () => {
	let isDown = true;
	const {mux, sent} = stage([], () => (isDown ? 'EAFNOSUPPORT' : undefined));
	let failed = 0;
	mux.send(bytes('a'), '192.0.2.1', 81, () => failed++);
	await settled();
	isDown = false;
	mux.send(bytes('b'), '192.0.2.1', 81, () => failed++);
	await settled();
	assert.deepEqual([failed, sent], [1, ['b 192.0.2.1 81']]);
});

test('on a taken port it goes on from another one, and says so once', async () => {
	const {mux, sent, taken, places} = stage([], ({port}) => (port === 6881 ? 'EADDRINUSE' : undefined));
	await mux.listen(6881);
	mux.send(bytes('a'), '192.0.2.1', 81);
	mux.send(bytes('b'), '2001:db8::1', 81);
	await settled();
	assert.deepEqual(places(), ['4 * 0', '6 * 0']);
	assert.deepEqual(sent, ['a 192.0.2.1 81', 'b 2001:db8::1 81']);
	assert.deepEqual(taken, [6881]);
});

test('bound to one family, nothing leaves over the other', async () => {
	const {mux, sent, places} = stage(['2001:db8::7']);
	const failed: unknown[] = [];
	mux.send(bytes('a'), '192.0.2.1', 81, error => failed.push((error as NodeJS.ErrnoException).code));
	await settled();
	assert.deepEqual([failed, sent, places()], [['EADDRNOTAVAIL'], [], []]);
});

test('what the system says of one datagram is told to who sent it', async () => {
	const {mux, failures} = stage();
	for (const code of ['ENETUNREACH', 'EPERM', 'EMSGSIZE']) {
		failures.set('192.0.2.1', code);
		const failed: unknown[] = [];
		mux.send(bytes('a'), '192.0.2.1', 81, error => failed.push((error as NodeJS.ErrnoException).code));
		mux.send(bytes('a'), '192.0.2.1', 81);
		await settled();
		assert.deepEqual(failed, [code]);
	}
});

test('no more waits for a socket than a few hundred datagrams', async () => {
	const {mux, sent} = stage();
	let failed = 0;
	for (let n = 0; n < 1000; n++) mux.send(bytes(`${n}`), '192.0.2.1', 81, () => failed++);
	await settled();
	assert.equal(sent.length, 256);
	assert.equal(failed, 744);
});

/** Something stands between it and these. */
class Standing extends Owner {
	with: Array<{host: string; port: number}> = [];

	standsWith() {
		return this.with;
	}
}

test('a port that is left is kept for those with whom something stands, and closed when the last of it has ended', async () => {
	const {mux, opened} = stage(['192.0.2.9']);
	const owner = new Standing('a');
	mux.join(owner);
	await mux.listen(1000);
	const [one, other] = [
		{host: '198.51.100.1', port: 1},
		{host: '198.51.100.2', port: 2},
	];
	owner.with = [one, other];
	assert.ok(await mux.listen(2000));
	const [before, now] = opened;
	assert.deepEqual([before!.closed, now!.port], [false, 2000]);
	for (const {host, port} of [one, other, {host: '198.51.100.2', port: 3}])
		mux.send(Buffer.from('a'), host, port);
	assert.deepEqual(before!.sent, ['a 198.51.100.1 1', 'a 198.51.100.2 2']);
	assert.deepEqual(now!.sent, ['a 198.51.100.2 3']);
	// Who has nothing there is not heard there.
	before!.listener(Buffer.from('a'), {address: '198.51.100.1', port: 1});
	before!.listener(Buffer.from('a'), {address: '198.51.100.2', port: 3});
	now!.listener(Buffer.from('a'), {address: '198.51.100.2', port: 3});
	assert.deepEqual(owner.heard, ['a 198.51.100.1 1', 'a 198.51.100.2 3']);
	// Something else stands with the first yet.
	mux.ended(one);
	owner.with = [other];
	assert.equal(before!.closed, false);
	mux.ended(one);
	mux.send(Buffer.from('b'), one.host, one.port);
	assert.deepEqual(now!.sent.at(-1), 'b 198.51.100.1 1');
	// Another move, and the second goes on where it stands.
	assert.ok(await mux.listen(3000));
	assert.deepEqual([before!.closed, now!.closed], [false, true]);
	mux.send(Buffer.from('c'), other.host, other.port);
	assert.equal(before!.sent.at(-1), 'c 198.51.100.2 2');
	owner.with = [];
	mux.ended(other);
	assert.equal(before!.closed, true);
});

test('nothing stands at a port that is left: it is closed at once; and all are closed in the end', async () => {
	const {mux, opened} = stage(['192.0.2.9']);
	const owner = new Standing('a');
	mux.join(owner);
	await mux.listen(1000);
	await mux.listen(2000);
	assert.deepEqual(
		opened.map(({closed}) => closed),
		[true, false],
	);
	owner.with = [{host: '198.51.100.1', port: 1}];
	await mux.listen(3000);
	mux.close();
	assert.deepEqual(
		opened.map(({closed}) => closed),
		[true, true, true],
	);
});

test('it keeps the process alive while somebody waits for an answer', async () => {
	const {mux, opened} = stage();
	mux.hold();
	mux.send(bytes('a'), '192.0.2.1', 81);
	await settled();
	mux.hold();
	mux.release();
	assert.equal(opened[0]!.held, true);
	mux.release();
	assert.equal(opened[0]!.held, false);
});

test('closed, it closes what is open and what is being opened, and sends nothing', async () => {
	const {mux, opened, sent} = stage();
	mux.send(bytes('a'), '192.0.2.1', 81);
	await settled();
	mux.send(bytes('b'), '2001:db8::1', 81);
	mux.close();
	mux.send(bytes('c'), '192.0.2.1', 81);
	await settled();
	assert.deepEqual(
		opened.map(({closed}) => closed),
		[true, true],
	);
	assert.deepEqual(sent, ['a 192.0.2.1 81']);
});

/** A UDP socket of the test's own on loopback. */
async function other(t: TestContext, port = 0) {
	const socket = createSocket('udp4');
	t.after(() => socket.close());
	await new Promise<void>(resolve => socket.bind({port, address: '127.0.0.1'}, resolve));
	return {
		socket,
		port: socket.address().port,
		next: () =>
			within(
				20_000,
				'a datagram',
				new Promise<{text: string; port: number}>(resolve => {
					socket.once('message', (message, remote) => resolve({text: `${message}`, port: remote.port}));
				}),
			),
	};
}

test('over real sockets datagrams go out and come in, and too long a one is told to its sender', async t => {
	const {socket, port, next} = await other(t);
	const mux = new UdpMux({
		local: new LocalAddresses(['127.0.0.1']),
		clock: machineClock,
		open: openDatagramSocket,
	});
	t.after(() => mux.close());
	const came = Promise.withResolvers<string>();
	mux.join({
		claims: received => received[0] === 100,
		receive: (received, host, theirs) => came.resolve(`${Buffer.from(received)} ${host} ${theirs === port}`),
	});
	assert.equal(await mux.listen(0), true);
	const message = next();
	mux.send(bytes('hello'), '127.0.0.1', port);
	const {text, port: ours} = await message;
	assert.equal(text, 'hello');
	socket.send('x', ours, '127.0.0.1');
	socket.send('dht', ours, '127.0.0.1');
	assert.equal(await within(20_000, 'a datagram', came.promise), 'dht 127.0.0.1 true');
	assert.deepEqual(mux.counters, {in: 1, out: 1, dropped: 1});
	const failure = Promise.withResolvers<Error>();
	mux.send(new Uint8Array(70_000), '127.0.0.1', port, failure.resolve);
	const error = await within(20_000, 'the failure', failure.promise);
	assert.equal((error as NodeJS.ErrnoException).code, 'EMSGSIZE');
	const name = Promise.withResolvers<Error>();
	mux.send(bytes('a'), 'localhost', port, name.resolve);
	assert.ok(await within(20_000, 'the failure', name.promise), 'a name was looked up');
});

test('a port that another process has is told, and left alone', async t => {
	const {port} = await other(t);
	const mux = new UdpMux({
		local: new LocalAddresses(['127.0.0.1']),
		clock: machineClock,
		open: openDatagramSocket,
	});
	t.after(() => mux.close());
	mux.join({claims: () => false, receive() {}});
	assert.equal(await mux.listen(port), false);
});
