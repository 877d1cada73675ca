import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseIp} from '../../source/base/ip-address.ts';
import {isDialable} from '../../source/base/peer-address.ts';

test('nobody is dialled at a group, at no address, or at a port that is none', () => {
	const may = (host: string, port = 6881): boolean => isDialable(parseIp(host)!, port);
	for (const host of ['192.0.2.1', '127.0.0.1', '10.0.0.1', '2001:db8::1', '::1', 'fd00::1'])
		assert.equal(may(host), true, host);
	for (const host of ['0.0.0.0', '224.0.0.1', '255.255.255.255', '::', 'ff02::1'])
		assert.equal(may(host), false, host);
	for (const port of [0, -1, 65_536, 1.5, Number.NaN]) assert.equal(may('192.0.2.1', port), false, `${port}`);
	for (const port of [1, 65_535]) assert.equal(may('192.0.2.1', port), true, `${port}`);
});

test('nobody is at a link-local address of IPv6 whose interface is not told', () => {
	for (const host of ['fe80::1', 'febf::1']) assert.equal(isDialable(parseIp(host)!, 6881), false, host);
	for (const host of ['fec0::1', 'fe00::1', '169.254.0.1'])
		assert.equal(isDialable(parseIp(host)!, 6881), true, host);
});
