import assert from 'node:assert/strict';
import {test} from 'node:test';
import {formatIp, parseIp} from '../../../source/base/ip-address.js';
import {formatAddress} from '../../../source/base/peer-address.js';
import {OtherFamily} from '../../../source/engine/extensions/other-family.js';
import type {ExtensionPeer} from '../../../source/engine/extensions/peer-extension.js';
import {decodeBencode, encodeBencode} from '../../../source/protocol/bencode/bencode.js';

const peerAt = (host: string, incoming = false) => ({address: {host, port: 7000}, incoming}) as ExtensionPeer;

function stage(...hosts: string[]) {
	const also: string[] = [];
	const part = new OtherFamily({
		hosts: () => hosts,
		alsoAt: (_, address) => also.push(formatAddress(address)),
	});
	const told = (host: string) =>
		Object.entries(part.greeting(peerAt(host))).map(([name, ip]) => `${name} ${formatIp(ip as Uint8Array)}`);
	/** A peer says this and goes. */
	const meet = (peer: ExtensionPeer, fields: Record<string, Uint8Array | number>) => {
		part.greeted(peer, decodeBencode(encodeBencode(fields)));
		part.left(peer);
		return also.splice(0);
	};
	return {told, meet};
}

test('a peer is told our public address of the other family', () => {
	const {told} = stage('8.8.8.8', '192.168.1.2', 'fd00::1', '2600::1', '2600::2');
	assert.deepEqual(told('9.9.9.9'), ['ipv6 2600::1']);
	assert.deepEqual(told('2620::9'), ['ipv4 8.8.8.8']);
	for (const host of ['192.168.1.9', '127.0.0.1', 'fd00::9', '::1', 'fe80::1'])
		assert.deepEqual(told(host), []);
	assert.deepEqual(stage('8.8.8.8', 'fd00::1').told('9.9.9.9'), []);
});

test('where a peer is in the other family is tried when it has left', () => {
	const {meet} = stage();
	const [ipv4, ipv6] = [parseIp('9.9.9.9')!, parseIp('2620::9')!];
	assert.deepEqual(meet(peerAt('9.9.9.9'), {ipv6}), ['[2620::9]:7000'], 'by the port we dialled');
	assert.deepEqual(meet(peerAt('9.9.9.9', true), {ipv6, p: 6881}), ['[2620::9]:6881']);
	assert.deepEqual(meet(peerAt('2620::9', true), {ipv4, p: 6881}), ['9.9.9.9:6881']);
	assert.deepEqual(meet(peerAt('9.9.9.9', true), {ipv6}), [], 'nobody knows its port');
	assert.deepEqual(meet(peerAt('9.9.9.9'), {ipv4, p: 6881}), [], 'it is the family we speak over');
});

test('an address that means nothing to us is not tried, nor what somebody in our own network says', () => {
	const {meet} = stage();
	for (const host of ['fd00::1', '::1', 'fe80::1', 'ff15::1', '::', '::ffff:10.0.0.1'])
		assert.deepEqual(meet(peerAt('9.9.9.9'), {ipv6: parseIp(host)!, p: 6881}), [], host);
	for (const host of ['10.0.0.1', '127.0.0.1', '0.0.0.0', '224.0.0.1'])
		assert.deepEqual(meet(peerAt('2620::9'), {ipv4: parseIp(host)!, p: 6881}), [], host);
	assert.deepEqual(meet(peerAt('9.9.9.9'), {ipv6: new Uint8Array(15), p: 6881}), []);
	assert.deepEqual(meet(peerAt('192.168.1.9'), {ipv6: parseIp('2620::9')!, p: 6881}), []);
});
