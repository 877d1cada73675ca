import assert from 'node:assert/strict';
import {test} from 'node:test';
import {hostFamilies} from '../../../source/io/net/host-families.js';
import {LocalAddresses} from '../../../source/io/net/local-addresses.js';

const of = (addresses: readonly string[], ...bind: string[]) =>
	hostFamilies('tracker.example', async () => addresses, new LocalAddresses(bind));

test('a host is reached in the families of its addresses, as far as we have one to send from', async () => {
	assert.deepEqual(await of(['2001:db8::1', '192.0.2.1', '192.0.2.2']), [4, 6]);
	assert.deepEqual(await of(['192.0.2.1']), [4]);
	assert.deepEqual(await of(['192.0.2.1', '2001:db8::1'], '2001:db8::9'), [6]);
	await assert.rejects(of(['192.0.2.1'], '::1'), /no address we can send from/);
});

test('this machine is reached in one', async () => {
	assert.deepEqual(await of(['::1', '127.0.0.1']), [4]);
	assert.deepEqual(await of(['::1']), [6]);
});
