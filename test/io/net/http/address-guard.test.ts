import assert from 'node:assert/strict';
import {test} from 'node:test';
import {AddressGuard} from '../../../../source/io/net/http/address-guard.js';

const localPath = (path: string): boolean => path.endsWith('/announce');
const local = [
	'127.0.0.1',
	'10.0.0.1',
	'192.168.1.1',
	'169.254.169.254',
	'0.0.0.0',
	'::1',
	'fe80::1',
	'fd00::1',
	'::ffff:10.0.0.1',
];

test('a redirect from a public address may not lead into the local network, whatever its path', () => {
	for (const address of local) {
		const guard = new AddressGuard('/announce', true, localPath);
		assert.match(guard.refuses(address) ?? '', /redirects into the local network/, address);
	}
	assert.equal(new AddressGuard('/x', true, localPath).refuses('203.0.113.1'), undefined);
});

test('local addresses may only be asked for an announce, public ones for anything', () => {
	for (const address of local) {
		assert.equal(new AddressGuard('/announce', false, localPath).refuses(address), undefined);
		assert.match(new AddressGuard('/admin', false, localPath).refuses(address) ?? '', /local address/);
		assert.equal(new AddressGuard('/admin', false, undefined).refuses(address), undefined);
	}
	const guard = new AddressGuard('/admin', false, localPath);
	assert.equal(guard.refuses('203.0.113.1'), undefined);
	assert.equal(guard.public, true);
});

test('a name is judged by the addresses it has when it is dialled', () => {
	const addresses = ['10.0.0.1', '203.0.113.1', '::1'];
	const open = new AddressGuard('/announce', false, localPath);
	assert.deepEqual(open.admitted(addresses), addresses);
	assert.equal(open.public, true);
	assert.deepEqual(new AddressGuard('/announce', true, localPath).admitted(addresses), ['203.0.113.1']);
	const guard = new AddressGuard('/announce', true, localPath);
	assert.throws(() => guard.admitted(['10.0.0.1', '::1']), /local network \(10\.0\.0\.1\)/);
	assert.equal(guard.public, false);
	assert.throws(() => guard.admitted([]), /no such host/);
});
