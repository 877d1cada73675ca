import assert from 'node:assert/strict';
import {test} from 'node:test';
import {HttpConnectHandshake} from '../../../source/protocol/transport/http-connect.ts';
import type {ProxyHandshake, ProxyStep} from '../../../source/protocol/transport/proxy-handshake.ts';
import {
	decodeSocksDatagram,
	encodeSocksDatagram,
	Socks5Handshake,
} from '../../../source/protocol/transport/socks5.ts';

const target = {host: 'tracker.example', port: 6969};
const password = {user: 'ann', password: 'secret'};

/** Says these bytes to it so many at a time; answers the last step and what of the last portion was not the proxy's. */
function tell(handshake: ProxyHandshake, bytes: readonly number[], portion: number): ProxyStep {
	let step: ProxyStep = {kind: 'more'};
	for (let at = 0; at < bytes.length; at += portion) {
		const part = Uint8Array.from(bytes.slice(at, at + portion));
		step = handshake.push(part, part.length);
	}
	return step;
}

const sent = (step: ProxyStep): string => {
	assert.equal(step.kind, 'send');
	return step.kind === 'send' ? Buffer.from(step.bytes).toString('hex') : '';
};

for (const portion of [1, 2, 64]) {
	test(`a way to a name is asked for with a password, the answers in portions of ${portion}`, () => {
		const handshake = new Socks5Handshake('connect', target, password);
		assert.deepEqual([...handshake.first()], [5, 2, 0, 2]);
		assert.equal(
			sent(tell(handshake, [5, 2], portion)),
			`0103${Buffer.from('ann').toString('hex')}06736563726574`,
		);
		assert.equal(handshake.isAdmitted, false);
		const asked = sent(tell(handshake, [1, 0], portion));
		assert.equal(asked, `050100030f${Buffer.from('tracker.example').toString('hex')}1b39`);
		assert.equal(handshake.isAdmitted, true);
		const name = [...Buffer.from('proxy')];
		const step = tell(handshake, [5, 0, 0, 3, name.length, ...name, 0x04, 0x38], portion);
		assert.equal(step.kind, 'open');
		if (step.kind === 'open') assert.deepEqual(step.bound, {host: 'proxy', port: 1080});
	});
}

test('what comes in one portion with the reply and is behind it is not the proxy’s', () => {
	const handshake = new Socks5Handshake('connect', {host: '2001:db8::1', port: 80}, undefined);
	assert.deepEqual([...handshake.first()], [5, 1, 0]);
	const asked = sent(tell(handshake, [5, 0], 9));
	assert.equal(asked, `05010004${'20010db8000000000000000000000001'}0050`);
	const step = tell(handshake, [5, 0, 0, 1, 127, 0, 0, 1, 0, 1, 0x13, 0x42], 64);
	assert.deepEqual(step, {kind: 'open', used: 10, bound: {host: '127.0.0.1', port: 1}});
});

interface Refusal {
	readonly says: string;
	readonly bytes: readonly (readonly number[])[];
	readonly why: RegExp;
	readonly blames: boolean;
	readonly open?: boolean;
}

const refusals: readonly Refusal[] = [
	{says: 'HTTP', bytes: [[...Buffer.from('HTTP/1.1 400')]], why: /something else/, blames: true},
	{says: 'SOCKS4', bytes: [[0, 90]], why: /something else/, blames: true},
	{says: 'no method', bytes: [[5, 255]], why: /neither a user/, blames: true},
	{says: 'another method', bytes: [[5, 1]], why: /was not offered/, blames: true},
	{
		says: 'a wrong password',
		bytes: [
			[5, 2],
			[1, 1],
		],
		why: /does not take our user/,
		blames: true,
	},
	{says: 'the answer before the question', bytes: [[5, 2, 1, 0]], why: /something else/, blames: true},
	{says: 'password wanted of none', bytes: [[5, 2]], why: /wants a user/, blames: true, open: true},
	{says: 'nobody without a password', bytes: [[5, 255]], why: /wants a user/, blames: true, open: true},
	{
		says: 'general failure',
		bytes: [
			[5, 0],
			[5, 1],
		],
		why: /could not reach/,
		blames: false,
	},
	{
		says: 'refused',
		bytes: [
			[5, 0],
			[5, 5, 0, 1],
		],
		why: /refused/,
		blames: false,
	},
	{
		says: 'not supported',
		bytes: [
			[5, 0],
			[5, 7],
		],
		why: /does not do that/,
		blames: true,
	},
	{
		says: 'error 200',
		bytes: [
			[5, 0],
			[5, 200],
		],
		why: /error 200/,
		blames: false,
	},
	{
		says: 'an address of no kind',
		bytes: [
			[5, 0],
			[5, 0, 0, 9],
		],
		why: /something else/,
		blames: true,
	},
];
for (const {says, bytes, why, blames, open} of refusals) {
	test(`a SOCKS5 proxy that says ${says} is refused${blames ? ' and blamed' : ''}`, () => {
		const handshake = new Socks5Handshake('connect', target, open === true ? undefined : password);
		assert.throws(
			() => {
				for (const part of bytes) tell(handshake, part, 64);
			},
			(error: Error & {blamesProxy: boolean}) => why.test(error.message) && error.blamesProxy === blames,
		);
	});
}

test('that no datagrams are passed on is no fault of the proxy’s', () => {
	for (const reply of [[5, 7], [5, 2], [9]]) {
		const handshake = new Socks5Handshake('associate', {host: '0.0.0.0', port: 0}, undefined);
		assert.equal(sent(tell(handshake, [5, 0], 2)), '05030001000000000000');
		assert.throws(
			() => tell(handshake, reply, 2),
			(error: {blamesProxy?: boolean}) => error.blamesProxy === false,
		);
	}
});

test('an answer cut anywhere waits for more, and no byte of it changed breaks anything but the handshake', () => {
	const reply = [5, 0, 0, 3, 4, 1, 2, 3, 4, 0, 80];
	for (let cut = 0; cut < reply.length; cut++) {
		const handshake = new Socks5Handshake('connect', target, undefined);
		tell(handshake, [5, 0], 2);
		assert.equal(tell(handshake, reply.slice(0, cut), 64).kind, 'more');
	}
	for (let at = 0; at < reply.length; at++)
		for (let value = 0; value < 256; value++) {
			const handshake = new Socks5Handshake('connect', target, undefined);
			tell(handshake, [5, 0], 2);
			try {
				tell(handshake, reply.with(at, value), 64);
			} catch (error) {
				assert.equal((error as Error).name, 'ProxyRefusal');
			}
		}
});

test('datagrams for a name, an IPv4 and an IPv6 address come back as they went', () => {
	const payload = Uint8Array.of(1, 2, 3);
	for (const host of ['192.0.2.1', '2001:db8::1', 'tracker.example']) {
		const datagram = encodeSocksDatagram({host, port: 6969}, payload);
		const found = decodeSocksDatagram(datagram);
		assert.deepEqual(found?.from, {host, port: 6969});
		assert.deepEqual([...(found?.payload ?? [])], [1, 2, 3]);
		for (let cut = 0; cut < datagram.length - 3; cut++)
			assert.equal(decodeSocksDatagram(datagram.subarray(0, cut)), undefined, `${host} cut at ${cut}`);
		assert.equal(decodeSocksDatagram(Uint8Array.from(datagram).with(2, 1)), undefined, 'a fragment');
		assert.equal(decodeSocksDatagram(Uint8Array.from(datagram).with(0, 1)), undefined);
	}
});

test('an HTTP proxy is asked for a way with a password, and what is behind its head is not its own', () => {
	const handshake = new HttpConnectHandshake({host: '2001:db8::1', port: 6881}, password);
	const asked = Buffer.from(handshake.first()).toString();
	assert.match(asked, /^CONNECT \[2001:db8::1\]:6881 HTTP\/1\.1\r\nHost: \[2001:db8::1\]:6881\r\n/);
	assert.match(asked, /\r\nProxy-Authorization: Basic YW5uOnNlY3JldA==\r\n\r\n$/);
	const head = 'HTTP/1.0 200 Connection established\r\nProxy-agent: x\r\n\r\n';
	assert.deepEqual(tell(handshake, [...Buffer.from(`${head}rest`)], 1000), {kind: 'open', used: head.length});
});

const answers: ReadonlyArray<readonly [answer: string, why: RegExp, blames: boolean]> = [
	['HTTP/1.1 407 no\r\n\r\n', /wants a user/, true],
	['HTTP/1.1 403 no\r\n\r\n', /rules do not allow/, false],
	['HTTP/1.1 502 no\r\n\r\n', /could not reach/, false],
	['HTTP/1.1 999999 no\r\n\r\n', /something else/, true],
	['SSH-2.0-OpenSSH', /something else/, true],
	[`HTTP/1.1 200 ok\r\nx: ${'y'.repeat(20_000)}`, /something else/, true],
];
for (const [answer, why, blames] of answers) {
	test(`an HTTP proxy that says ${JSON.stringify(answer.slice(0, 24))} lets nobody through`, () => {
		const handshake = new HttpConnectHandshake(target, undefined);
		assert.throws(
			() => tell(handshake, [...Buffer.from(answer)], 1000),
			(error: Error & {blamesProxy: boolean}) => why.test(error.message) && error.blamesProxy === blames,
		);
	});
}
