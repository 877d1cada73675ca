import assert from 'node:assert/strict';
import test from 'node:test';
import {EitherTransport} from '../../../source/io/net/either-transport.ts';
import {type MseOptions, MseTransport} from '../../../source/io/net/mse/mse-transport.ts';
import type {ConnectionEvents, PeerStream, Transport} from '../../../source/io/net/transport.ts';
import {keyPair, sharedSecret} from '../../../source/protocol/transport/mse-key-exchange.ts';
import {torrentMark} from '../../../source/protocol/transport/mse-keys.ts';
import {encodeHandshake} from '../../../source/protocol/wire/handshake.ts';
import {seededRandom} from '../../helpers/seeded-random.ts';
import {infoHash, sha1} from '../../protocol/transport/mse-stage.ts';
import {VirtualClock} from '../../simulation/virtual-clock.ts';
import {type VirtualHost, VirtualNetwork} from '../../simulation/virtual-network.ts';

const port = 6881;
const line = {up: 10_000_000, down: 10_000_000, latency: 20};
const handshake = encodeHandshake({
	...{infoHash, peerId: new Uint8Array(20).fill(0x2d)},
	...{extended: true, fast: true, dht: false, v2: false},
});
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** One who hears what a stream says, and answers. */
class Listener implements ConnectionEvents {
	stream: PeerStream | undefined;
	heard = Buffer.alloc(0);
	connects = 0;
	reason: string | undefined;
	onConnect = () => {};
	onData = () => {};

	connected(): void {
		this.connects++;
		this.onConnect();
	}

	data(bytes: Uint8Array, length: number): void {
		this.heard = Buffer.concat([this.heard, bytes.subarray(0, length)]);
		this.onData();
	}

	drained(): void {}

	closed(reason: string): void {
		assert.equal(this.reason, undefined, 'told twice');
		this.reason = reason;
	}

	/** What it says is its own: encrypting changes it. */
	say(bytes: Uint8Array, done?: () => void): void {
		this.stream!.write(new Uint8Array(bytes), done);
	}
}

function stage(theirs: MseOptions['policy'] | 'off', ours: MseOptions['policy'] | 'off') {
	const clock = new VirtualClock(50);
	const network = new VirtualNetwork(clock);
	const known = new Set([hex(torrentMark(sha1, infoHash))]);
	const layer = (host: VirtualHost, policy: MseOptions['policy'] | 'off', seed: number): Transport =>
		policy === 'off'
			? host
			: new MseTransport(host, {
					...{policy, clock, random: seededRandom(seed), sha1},
					find: mark => (known.has(hex(mark)) ? infoHash : undefined),
				});
	const [us, them] = [network.join('10.0.0.1', line), network.join('10.0.0.2', line)];
	const accepted: Listener[] = [];
	/** A client: says who it is when it was greeted, and hangs up on what is no greeting. */
	const accept = (stream: PeerStream) => {
		const listener = new Listener();
		listener.stream = stream;
		accepted.push(listener);
		listener.onData = () => {
			const {heard} = listener;
			if (hex(heard.subarray(0, 20)) !== hex(handshake.subarray(0, Math.min(20, heard.length))))
				return stream.close('no greeting');
			if (heard.length === 68) listener.say(handshake);
		};
		return listener;
	};
	const ourSide = layer(us, ours, 7);
	const theirSide = layer(them, theirs, 8);
	const dial = (way: Transport = ourSide): Listener => {
		const listener = new Listener();
		listener.onConnect = () => clock.soon(() => listener.say(handshake));
		listener.stream = way.dial({host: '10.0.0.2', port}, {timeout: 15_000, infoHash}, listener);
		return listener;
	};
	return {clock, network, us, them, ourSide, theirSide, accepted, accept, dial, known};
}

const outcomes = {
	'off off': 'clear',
	'off prefer': 'clear',
	'off require': undefined,
	'prefer off': 'clear',
	'prefer prefer': 'handshake',
	'prefer require': 'rc4',
	'require off': undefined,
	'require prefer': 'rc4',
	'require require': 'rc4',
} as const;

for (const [pair, outcome] of Object.entries(outcomes)) {
	const [ours, theirs] = pair.split(' ') as [MseOptions['policy'], MseOptions['policy']];
	test(`${ours} dials ${theirs}: ${outcome === undefined ? 'they do not meet' : outcome}`, async () => {
		const {clock, theirSide, accepted, accept, dial} = stage(theirs, ours);
		await theirSide.listen({port}, accept);
		const one = dial();
		await clock.pass(1000);
		const other = accepted.findLast(({reason}) => reason === undefined);
		if (outcome === undefined) {
			assert.ok(one.reason !== undefined, 'still stands');
			assert.equal(one.heard.length, 0);
			return;
		}
		assert.equal(one.reason, undefined);
		assert.equal(one.connects, 1);
		assert.equal(hex(one.heard), hex(handshake));
		assert.equal(hex(other!.heard), hex(handshake));
		for (const {stream} of [one, other!]) {
			assert.equal(stream!.encrypted, outcome === 'rc4');
			assert.equal(stream!.encryptedHandshake ?? false, outcome !== 'clear');
		}
		// Much to and fro, in pieces of all sizes.
		const random = seededRandom(3);
		const sent = Array.from({length: 60}, () => random.bytes(Math.floor(random.next() * 40_000)));
		let done = 0;
		for (const bytes of sent) {
			one.say(bytes, () => done++);
			other!.say(bytes, () => done++);
		}
		await clock.pass(10_000);
		const all = hex(Buffer.concat([handshake, ...sent]));
		assert.ok(hex(one.heard) === all && hex(other!.heard) === all, 'something else came');
		assert.equal(done, 120);
		one.stream!.close('enough');
		await clock.pass(1000);
		assert.equal(one.reason, 'enough');
		assert.equal(other!.reason, 'the peer closed the connection');
	});
}

test('one who speaks in the clear alone is met within a second of the try that failed, and at once the next time', async () => {
	const {clock, them, us, accepted, accept, dial} = stage('off', 'prefer');
	await them.listen({port}, accept);
	const first = dial();
	await clock.pass(400);
	assert.equal(hex(first.heard), hex(handshake));
	assert.equal(us.dials, 2);
	const [died, met] = accepted;
	assert.equal(died!.reason, 'no greeting');
	// Nothing of the first try is in the second.
	assert.equal(hex(met!.heard), hex(handshake));
	first.stream!.close('enough');
	const second = dial();
	await clock.pass(400);
	assert.equal(hex(second.heard), hex(handshake));
	assert.equal(us.dials, 3);
});

test('one who speaks in the clear over TCP alone is met as soon where uTP may be tried too, and by TCP the next time', async () => {
	const {clock, them, us, accept, dial} = stage('off', 'prefer');
	await them.listen({port}, accept);
	let overUtp = 0;
	const silent: Transport = {
		dial(to, {timeout}, events) {
			overUtp++;
			const isOver = clock.after(timeout, () => events.closed('connecting took too long'));
			return {
				...{remote: to, incoming: false, transport: 'utp', encrypted: false, unsent: 0},
				...{write: () => {}, pause: () => {}, resume: () => {}},
				close(reason) {
					isOver.clear();
					clock.soon(() => events.closed(reason));
				},
			};
		},
		listen: () => us.listen({port}, () => undefined),
	};
	const either = new EitherTransport(us, silent, clock);
	const random = seededRandom(1);
	const ours = new MseTransport(either, {policy: 'prefer', clock, random, sha1, find: () => infoHash});
	const first = dial(ours);
	await clock.pass(400);
	assert.equal(hex(first.heard), hex(handshake));
	first.stream!.close('enough');
	const second = dial(ours);
	await clock.pass(400);
	assert.equal(hex(second.heard), hex(handshake));
	assert.equal(overUtp, 0);
	assert.equal(us.dials, 3);
});

test('one who hangs up on whoever comes over TCP is met over uTP at once, also where encryption is required', async () => {
	const {clock, us, them, accepted, accept, dial} = stage('require', 'require');
	let overTcp = 0;
	await them.listen({port}, stream => {
		overTcp++;
		clock.soon(() => stream.close('TCP is not spoken here'));
		return new Listener();
	});
	const line2 = new VirtualNetwork(clock);
	const [ourUtp, theirUtp] = [line2.join('10.0.0.1', line), line2.join('10.0.0.2', line)];
	const options = {policy: 'require', clock, sha1, find: () => infoHash} as const;
	await new MseTransport(theirUtp, {...options, random: seededRandom(2)}).listen({port}, accept);
	const either = new EitherTransport(us, ourUtp, clock);
	const one = dial(new MseTransport(either, {...options, random: seededRandom(1)}));
	await clock.pass(1000);
	assert.equal(hex(one.heard), hex(handshake));
	assert.deepEqual([one.connects, one.reason, overTcp, accepted.length], [1, undefined, 1, 1]);
});

test('one who hangs up over every transport is given up after one try each', async () => {
	const {clock, us, them, dial} = stage('require', 'require');
	const line2 = new VirtualNetwork(clock);
	const [ourUtp, theirUtp] = [line2.join('10.0.0.1', line), line2.join('10.0.0.2', line)];
	let came = 0;
	for (const host of [them, theirUtp])
		await host.listen({port}, stream => {
			came++;
			clock.soon(() => stream.close('nobody comes in'));
			return new Listener();
		});
	const options = {policy: 'require', clock, sha1, find: () => infoHash} as const;
	const either = new EitherTransport(us, ourUtp, clock);
	const one = dial(new MseTransport(either, {...options, random: seededRandom(1)}));
	await clock.pass(3000);
	assert.deepEqual([came, one.connects, typeof one.reason], [2, 0, 'string']);
});

test('one who was met in the clear and encrypts now is met so: what was said is said again', async () => {
	const {clock, them, ourSide, us, accept, dial} = stage('off', 'prefer');
	const plain = await them.listen({port}, accept);
	dial();
	await clock.pass(400);
	await plain.close();
	const random = seededRandom(1);
	const strict = new MseTransport(them, {policy: 'require', clock, random, sha1, find: () => infoHash});
	const strictly: Listener[] = [];
	await strict.listen({port}, stream => {
		const listener = accept(stream);
		strictly.push(listener);
		return listener;
	});
	const dialled = us.dials;
	const again = dial(ourSide);
	await clock.pass(1000);
	assert.equal(hex(again.heard), hex(handshake));
	assert.equal(again.connects, 1);
	assert.equal(again.stream!.encrypted, true);
	assert.equal(us.dials - dialled, 2);
	assert.equal(hex(strictly.at(-1)!.heard), hex(handshake));
});

test('one who takes what it does not understand and says nothing is tried in the clear after some seconds', async () => {
	const {clock, them, us, dial} = stage('off', 'prefer');
	let came = 0;
	await them.listen({port}, stream => {
		const listener = new Listener();
		listener.stream = stream;
		if (++came > 1) listener.onData = () => listener.say(handshake);
		return listener;
	});
	const one = dial();
	await clock.pass(3900);
	assert.equal(us.dials, 1);
	assert.equal(one.connects, 0);
	await clock.pass(700);
	assert.equal(us.dials, 2);
	assert.equal(hex(one.heard), hex(handshake));
});

test('one who greets whoever comes in the clear is answered so', async () => {
	const {clock, them, dial} = stage('off', 'prefer');
	await them.listen({port}, stream => {
		const listener = new Listener();
		listener.stream = stream;
		clock.after(1, () => listener.say(handshake));
		return listener;
	});
	const one = dial();
	await clock.pass(500);
	assert.equal(hex(one.heard), hex(handshake));
	assert.equal(one.stream!.encryptedHandshake, false);
});

test('one who agrees to go on in the clear and does not understand our first words is met in the clear', async () => {
	const {clock, theirSide, us, accept, dial} = stage('prefer', 'prefer');
	await theirSide.listen({port}, stream => {
		const listener = accept(stream);
		const {onData} = listener;
		listener.onData = () => (stream.encryptedHandshake ? stream.close('what is that') : onData());
		return listener;
	});
	const one = dial();
	await clock.pass(1000);
	assert.equal(hex(one.heard), hex(handshake));
	assert.equal(one.connects, 1);
	assert.equal(one.stream!.encryptedHandshake, false);
	assert.equal(us.dials, 2);
	one.stream!.close('enough');
	dial();
	await clock.pass(1000);
	assert.equal(us.dials, 3);
});

test('one who goes on with RC4 and hangs up is not met in the clear', async () => {
	const {clock, theirSide, us, accept, dial} = stage('require', 'prefer');
	await theirSide.listen({port}, stream => {
		const listener = accept(stream);
		listener.onData = () => stream.close('full');
		return listener;
	});
	const one = dial();
	await clock.pass(1000);
	assert.equal(one.reason, 'the peer closed the connection');
	assert.equal(us.dials, 1);
});

test('who cannot be reached is not tried twice, and connecting takes no longer than it may in all', async () => {
	const {clock, them, us, dial, network} = stage('off', 'prefer');
	const refused = dial();
	await clock.pass(200);
	assert.equal(refused.reason, 'connection refused');
	assert.equal(us.dials, 1);
	await them.listen({port}, () => new Listener());
	// Each try is answered by nothing: the first ends by its own patience, the second by that of all.
	const silent = dial();
	await clock.pass(20_000);
	assert.equal(silent.connects, 1, 'the second try stands: its owner waits for a greeting');
	network.leave(them, true);
	const gone = dial();
	await clock.pass(15_500);
	assert.equal(gone.reason, 'connecting took too long');
});

test('a stream begins in the clear only when all of its first 20 bytes say so, however they come', async () => {
	for (const right of [20, 19, 1, 0]) {
		const {clock, theirSide, us, accepted, accept} = stage('prefer', 'off');
		await theirSide.listen({port}, accept);
		const one = new Listener();
		one.onConnect = () => {
			const said = new Uint8Array(handshake);
			if (right < 20) said[right]! ^= 1;
			for (const byte of said) one.say(Uint8Array.of(byte));
		};
		one.stream = us.dial({host: '10.0.0.2', port}, {timeout: 1000, infoHash}, one);
		await clock.pass(500);
		const [other] = accepted;
		assert.equal(other!.heard.length, right === 20 ? 68 : 0);
		if (right === 20) assert.equal(hex(one.heard), hex(handshake));
	}
});

test('an encrypted stream may begin with bytes that look like a greeting for a while', async () => {
	const {clock, theirSide, us, accepted, accept} = stage('prefer', 'off');
	await theirSide.listen({port}, accept);
	const one = new Listener();
	// A key is any number: this one begins with the name of the protocol but for its last letter.
	const key = new Uint8Array(96).fill(0x55);
	key.set(handshake.subarray(0, 19));
	one.onConnect = () => one.say(key);
	one.stream = us.dial({host: '10.0.0.2', port}, {timeout: 1000, infoHash}, one);
	await clock.pass(500);
	assert.ok(one.heard.length >= 96, 'the other key has come');
	assert.equal(accepted[0]!.heard.length, 0);
});

test('who asks for a torrent that is not here is sent away before anybody hears of it, and comes back in the clear', async () => {
	const {clock, theirSide, us, accept, accepted, dial, known} = stage('prefer', 'prefer');
	known.clear();
	await theirSide.listen({port}, accept);
	const one = dial();
	await clock.pass(1000);
	assert.equal(one.reason, undefined, 'in the clear it is for the owner to say');
	assert.equal(us.dials, 2);
	assert.equal(accepted[0]!.heard.length, 0);
	assert.equal(one.connects, 1);
});

test('ten thousand who come and encrypt are answered a hundred a second; later ones wait, and leave the line when they go', async () => {
	const {clock, theirSide, us, network} = stage('prefer', 'off');
	const strangers: Listener[] = [];
	await theirSide.listen({port}, () => new Listener());
	us.line = {...line, latency: 0};
	assert.equal(network.hosts.size, 2);
	for (let n = 0; n < 10_000; n++) {
		const one = new Listener();
		one.onConnect = () => one.say(new Uint8Array(96).fill(0x42));
		one.stream = us.dial({host: '10.0.0.2', port}, {timeout: 5000, infoHash}, one);
		strangers.push(one);
	}
	await clock.pass(1100);
	const answered = () => strangers.filter(({heard}) => heard.length > 0).length;
	assert.ok(answered() >= 150 && answered() <= 220, `${answered()} were answered`);
	for (const one of strangers.slice(0, 9_990)) one.stream!.close('tired');
	await clock.pass(1000);
	assert.ok(
		strangers.slice(9_990).every(({heard}) => heard.length > 0),
		'the last ten were answered as soon as nobody was before them',
	);
});

test('one who takes a secret that begins with a zero for a wrong one is met with other keys, once', async () => {
	const {clock, them, us, accept} = stage('off', 'off');
	/** Private keys of ours that make such a secret with theirs, which is the same each time here. */
	const theirSecret = new Uint8Array(20).fill(5);
	const theirs = keyPair(theirSecret);
	const unlucky: Uint8Array<ArrayBuffer>[] = [];
	for (let n = 0; unlucky.length < 2; n++) {
		const secret = Uint8Array.from({length: 20}, (_, at) => (at < 2 ? (n >> (8 * at)) & 255 : at));
		if (sharedSecret(secret, theirs.public)[0] === 0) unlucky.push(secret);
	}
	for (const times of [1, 2]) {
		const usual = seededRandom(4);
		const ourKeys = unlucky.slice(0, times);
		const random = {
			...usual,
			bytes: (length: number) => (length === 20 && ourKeys.shift()) || usual.bytes(length),
		};
		const ours = new MseTransport(us, {policy: 'require', clock, random, sha1, find: () => infoHash});
		const fixed = {...seededRandom(5), bytes: (length: number) => new Uint8Array(length).fill(5)};
		let came = 0;
		const find = () => (came > times ? infoHash : undefined);
		const strict = new MseTransport(them, {policy: 'require', clock, random: fixed, sha1, find});
		const listener = await strict.listen({port}, stream => {
			came++;
			return accept(stream);
		});
		// It hangs up before it has answered what was asked, as who finds no torrent does.
		const dialled = us.dials;
		const one = new Listener();
		one.onConnect = () => clock.soon(() => one.say(handshake));
		one.stream = ours.dial({host: '10.0.0.2', port}, {timeout: 15_000, infoHash}, one);
		await clock.pass(1000);
		await listener.close();
		assert.equal(us.dials - dialled, 2);
		assert.equal(hex(one.heard), times === 1 ? hex(handshake) : '');
	}
});
