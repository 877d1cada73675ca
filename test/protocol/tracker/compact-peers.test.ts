import assert from 'node:assert/strict';
import {test} from 'node:test';
import {addressScope, formatIp, parseIp} from '../../../source/base/ip-address.js';
import {decodeCompactPeers, encodeCompactPeers} from '../../../source/protocol/tracker/compact-peers.js';

test('compact peers come back as they were written, each family by itself', () => {
	const peers = [
		{host: '192.0.2.1', port: 6881},
		{host: '2001:db8::1', port: 51413},
		{host: '198.51.100.7', port: 65_535},
	];
	assert.deepEqual(decodeCompactPeers(encodeCompactPeers(peers)), [peers[0], peers[2]]);
	assert.deepEqual(decodeCompactPeers(encodeCompactPeers(peers, 'ipv6'), 'ipv6'), [peers[1]]);
});

test('peers nobody can dial and repeated ones are left out', () => {
	const bytes = Uint8Array.from([
		...[192, 0, 2, 1, 0, 0],
		...[0, 0, 0, 0, 1, 1],
		...[239, 1, 1, 1, 1, 1],
		...[255, 255, 255, 255, 1, 1],
		...[192, 0, 2, 1, 1, 1],
		...[192, 0, 2, 1, 1, 1],
	]);
	assert.deepEqual(decodeCompactPeers(bytes), [{host: '192.0.2.1', port: 257}]);
});

test('an IPv4 address inside an IPv6 one is the IPv4 peer', () => {
	const mapped = Uint8Array.from([...new Array(10).fill(0), 255, 255, 192, 0, 2, 9, 26, 225]);
	assert.deepEqual(decodeCompactPeers(mapped, 'ipv6'), [{host: '192.0.2.9', port: 6881}]);
});

test('bytes that are no whole peer cost themselves, not the others', () => {
	const one = [192, 0, 2, 1, 1, 1];
	for (const spare of [[1], [1, 2, 3, 4, 5]]) {
		assert.deepEqual(decodeCompactPeers(Uint8Array.from([...one, ...spare])), [
			{host: '192.0.2.1', port: 257},
		]);
	}
	assert.throws(() => decodeCompactPeers(new Uint8Array(5)), {code: 'bad-compact-peers'});
	assert.throws(() => decodeCompactPeers(new Uint8Array(6), 'ipv6'), {code: 'bad-compact-peers'});
	assert.deepEqual(decodeCompactPeers(new Uint8Array()), []);
});

test('addresses have one text form', () => {
	const forms: ReadonlyArray<readonly [string, string | undefined]> = [
		['192.0.2.1', '192.0.2.1'],
		['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
		['::', '::'],
		['::1', '::1'],
		['1::', '1::'],
		['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
		['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
		['::ffff:192.0.2.1', '192.0.2.1'],
		['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
		['fe80::1%eth0', 'fe80::1'],
		['256.0.0.1', undefined],
		['1.2.3', undefined],
		['01.2.3.4', undefined],
		['0x7f.0.0.1', undefined],
		['1:2:3:4:5:6:7', undefined],
		['1:2:3:4:5:6:7:8:9', undefined],
		['1::2::3', undefined],
		['12345::', undefined],
		[':1::', undefined],
		['localhost', undefined],
		['', undefined],
	];
	for (const [text, expected] of forms) {
		const bytes = parseIp(text);
		assert.equal(bytes && formatIp(bytes), expected, text);
	}
});

test('every address has a scope', () => {
	const scopes = {
		public: ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2002:808:808::1'],
		local: ['10.1.2.3', '172.16.0.1', '192.168.0.9', '169.254.1.1', '100.64.0.1', 'fd00::1', 'fe80::1'],
		loopback: ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '64:ff9b::127.0.0.1', '2002:7f00:1::1'],
		multicast: ['224.0.0.1', '255.255.255.255', 'ff02::1'],
		unspecified: ['0.0.0.0', '::'],
	};
	for (const [scope, addresses] of Object.entries(scopes)) {
		for (const address of addresses) assert.equal(addressScope(parseIp(address)!), scope, address);
	}
});
