import assert from 'node:assert/strict';
import test from 'node:test';
import {fromHex, toHex} from '../../source/base/hex.ts';
import {addressFamilyOf, addressScope, formatIp, parseIp} from '../../source/base/ip-address.ts';

test('hex is read in either case, two digits a byte, and nothing else is', () => {
	assert.deepEqual([...fromHex('00ff7Fa0')!], [0, 255, 127, 160]);
	assert.deepEqual([...fromHex('')!], []);
	for (const text of ['0', '000', '0g', 'zz', ' 00', '0x00', '00 ', '-1'])
		assert.equal(fromHex(text), undefined, text);
	const bytes = Uint8Array.from({length: 256}, (_, n) => n);
	assert.deepEqual(fromHex(toHex(bytes)), bytes);
});

test('addresses are read in all their spellings, and written in one', () => {
	for (const [text, written] of [
		['192.0.2.255', '192.0.2.255'],
		['::', '::'],
		['::1', '::1'],
		['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
		['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
		['1::', '1::'],
		['1:2:3:4:5:6::', '1:2:3:4:5:6::'],
		['::3:4:5:6:7:8', '::3:4:5:6:7:8'],
		['::ffff:192.0.2.1', '192.0.2.1'],
		['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
		['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
		['::192.0.2.1%eth0', '::c000:201'],
		['fe80::aBcD%2', 'fe80::abcd'],
		['1:2:3:4::5:6:7', '1:2:3:4:0:5:6:7'],
	] as const) {
		const ip = parseIp(text);
		assert.ok(ip, text);
		assert.equal(formatIp(ip), written);
	}
});

test('what is nearly an address is none', () => {
	for (const text of [
		...[
			'',
			'1',
			'1.2.3',
			'1.2.3.4.5',
			'256.1.1.1',
			'1.2.3.-4',
			'1.2.3.4 ',
			':',
			':::',
			'1::2::3',
			'1:2:3:4:5:6:7',
		],
		...[
			'1.2.3.4::',
			'1.2.3.4::5',
			'1:2:3:4:5:6:7:8::',
			'1:2:3:4::5:6:7:8',
			'1:2:',
			':1::',
			'1:::2',
			'::1:',
			'%1',
			'1:%',
		],
		...['1:2:3:4:5:6:7:8:9', '12345::', 'g::', '::1.2.3', '1:2:3:4:5:6:7:1.2.3.4', `::${'0'.repeat(100)}`],
	]) {
		assert.equal(parseIp(text), undefined, text);
	}
});

test('an address is known for where it leads', () => {
	for (const [text, scope] of [
		['127.0.0.1', 'loopback'],
		['::1', 'loopback'],
		['11.0.0.1', 'public'],
		['2606:4700::1', 'public'],
		['0.0.0.0', 'unspecified'],
		['::', 'unspecified'],
		['224.0.0.1', 'multicast'],
		['ff02::1', 'multicast'],
	] as const) {
		assert.equal(addressScope(parseIp(text)!), scope, text);
	}
	// Under whatever name it goes.
	for (const text of [
		'10.0.0.1',
		'172.16.0.1',
		'172.31.255.255',
		'192.168.0.1',
		'169.254.1.1',
		'fe80::1',
		'fd00::1',
		'64:ff9b::10.0.0.1',
		'::ffff:10.0.0.1',
	])
		assert.notEqual(addressScope(parseIp(text)!), 'public', text);
	for (const text of [
		'172.15.0.1',
		'172.32.0.1',
		'192.167.0.1',
		'9.255.255.255',
		'64:ff9b::11.0.0.1',
		'64:ff9c::10.0.0.1',
		'65:ff9b::10.0.0.1',
	])
		assert.equal(addressScope(parseIp(text)!), 'public', text);
});

test('an address is of one family, also where the one is written inside the other', () => {
	for (const host of ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:c000:201'])
		assert.equal(addressFamilyOf(host), 'ipv4');
	for (const host of ['::1', '2001:db8::1', 'fe80::1%eth0']) assert.equal(addressFamilyOf(host), 'ipv6');
});
