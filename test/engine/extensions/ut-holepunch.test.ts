import assert from 'node:assert/strict';
import {test} from 'node:test';
import {formatAddress, type PeerAddress} from '../../../source/base/peer-address.ts';
import {ExtensionState} from '../../../source/engine/extensions/extension-state.ts';
import type {ExtensionPeer} from '../../../source/engine/extensions/peer-extension.ts';
import {type HolepunchTorrent, UtHolepunch} from '../../../source/engine/extensions/ut-holepunch.ts';
import {decodeHolepunch, encodeHolepunch} from '../../../source/protocol/wire/ut-holepunch.ts';

/** A peer that notes what it is told. */
class Listener {
	readonly extensions = new ExtensionState();
	readonly told: string[] = [];
	readonly address: PeerAddress;
	isClosed = false;
	now = 0;
	vain = 0;

	constructor(host: string, speaks = true) {
		this.address = {host, port: 6881};
		this.extensions.joined = true;
		if (speaks) this.extensions.setNumber('ut_holepunch', 9);
	}

	sendExtended(number: number, payload: Uint8Array): void {
		assert.equal(number, 9, 'by the number the peer gave it');
		const {kind, address, error} = decodeHolepunch(payload)!;
		this.told.push(`${kind} ${formatAddress(address)}${error > 0 ? ` ${error}` : ''}`);
	}

	redundantMessage(): void {}

	askedInVain(): void {
		this.vain++;
	}
}

const asPeer = (listener: Listener): ExtensionPeer => listener as unknown as ExtensionPeer;

function open(peers: Listener[], introducers: Listener[] = []) {
	const punched: string[] = [];
	const torrent = {
		punches: true,
		peers,
		isOwn: ({host}: PeerAddress) => host === '9.9.9.9',
		punch: (address: PeerAddress) => punched.push(formatAddress(address)),
	} as unknown as HolepunchTorrent;
	const extension = new UtHolepunch(torrent, {
		reachedAt: ({address}) => address,
		introducers: () => introducers.map(asPeer),
	});
	const say = (from: Listener, kind: 'rendezvous' | 'connect' | 'error', host: string, error = 0) =>
		extension.message(asPeer(from), encodeHolepunch({kind, address: {host, port: 6881}, error}));
	return {extension, say, punched};
}

test('two who are connected to us are told to dial each other', () => {
	const [one, other] = [new Listener('8.8.8.1'), new Listener('8.8.8.2')];
	const {say} = open([one, other]);
	say(one, 'rendezvous', '8.8.8.2');
	assert.deepEqual(one.told, ['connect 8.8.8.2:6881']);
	assert.deepEqual(other.told, ['connect 8.8.8.1:6881']);
});

test('who cannot be brought together with another is told why, and the other nothing', () => {
	const [one, deaf, six, near] = [
		new Listener('8.8.8.1'),
		new Listener('8.8.8.2', false),
		new Listener('2001:db9::1'),
		new Listener('192.168.1.2'),
	];
	const {say} = open([one, deaf, six, near]);
	for (const host of ['8.8.8.2', '8.8.8.3', '8.8.8.1', '2001:db9::1', '192.168.1.2', '9.9.9.9'])
		say(one, 'rendezvous', host);
	assert.deepEqual(one.told, [
		'error 8.8.8.2:6881 3',
		'error 8.8.8.3:6881 2',
		'error 8.8.8.1:6881 2',
		'error [2001:db9::1]:6881 2',
		'error 192.168.1.2:6881 2',
		'error 9.9.9.9:6881 4',
	]);
	for (const {told} of [deaf, six, near]) assert.deepEqual(told, []);
	say(deaf, 'rendezvous', '8.8.8.1');
	assert.equal(one.told.length, 6, 'who does not speak it is not heard');
});

test('who is told to dial somebody does, unless that is itself, is here, or is nobody it could know of', () => {
	const [one, other] = [new Listener('8.8.8.1'), new Listener('8.8.8.2')];
	const {say, punched} = open([one, other]);
	for (const host of ['8.8.8.3', '8.8.8.2', '9.9.9.9', '192.168.1.2', '127.0.0.1']) say(one, 'connect', host);
	say(one, 'error', '8.8.8.4', 2);
	assert.deepEqual(punched, ['8.8.8.3:6881']);
});

test('a peer has us do so much and no more: ten at once, and one in five seconds', () => {
	const [one, other] = [new Listener('8.8.8.1'), new Listener('8.8.8.2')];
	const {say, punched} = open([one, other]);
	for (let n = 0; n < 50; n++) {
		say(one, 'rendezvous', '8.8.8.2');
		say(one, 'connect', `8.8.4.${n + 1}`);
	}
	assert.equal(other.told.length, 10);
	assert.equal(punched.length, 10);
	assert.equal(one.vain, 80);
	one.now = 5000;
	say(one, 'connect', '8.8.5.1');
	say(one, 'connect', '8.8.5.2');
	assert.equal(punched.length, 11);
});

test('two of those who named a peer are asked to bring us together with it, once in ten minutes', () => {
	const named = [new Listener('8.8.8.1', false), ...[2, 3, 4].map(n => new Listener(`8.8.8.${n}`))];
	const {extension} = open(named, named);
	const address = {host: '8.8.4.4', port: 6881};
	extension.unreached(address, 0);
	extension.unreached(address, 599_999);
	const asked = () => named.map(({told}) => told.length);
	assert.deepEqual(asked(), [0, 1, 1, 0]);
	assert.equal(named[1]!.told[0], 'rendezvous 8.8.4.4:6881');
	extension.unreached(address, 600_000);
	assert.deepEqual(asked(), [0, 2, 2, 0]);
});
