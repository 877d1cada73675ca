import assert from 'node:assert/strict';
import test from 'node:test';
import {whyUnused} from '../../../source/policy/dht/unused-family.js';

const both = ['192.0.2.1', '2001:db8::1'];

test('why a network of the DHT is off is what a person can do something about, or cannot', () => {
	assert.equal(whyUnused('ipv4', true, both), undefined);
	assert.equal(whyUnused('ipv6', true, both), undefined);
	assert.equal(whyUnused('ipv6', false, ['127.0.0.1']), 'only IPv4 is used: --bind names no IPv6 address');
	assert.equal(whyUnused('ipv4', false, ['::1']), 'only IPv6 is used: --bind names no IPv4 address');
	assert.equal(whyUnused('ipv6', true, ['192.0.2.1']), 'this machine has no IPv6 address');
	assert.equal(whyUnused('ipv4', true, ['2001:db8::1']), 'this machine has no IPv4 address');
	assert.equal(whyUnused('ipv6', true, []), undefined, 'where no address is known all is tried');
});
