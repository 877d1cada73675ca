import assert from 'node:assert/strict';
import {once} from 'node:events';
import {connect} from 'node:net';
import {test} from 'node:test';
import {describeNetworkError} from '../../../source/io/net/network-error.ts';

test('an interface that is gone is named, where the system says only that an address cannot be used', async () => {
	const ours = Object.assign(new Error('tun0 is gone: nothing is sent until it is back'), {
		code: 'EADDRNOTAVAIL',
	});
	assert.equal(describeNetworkError(ours), 'tun0 is gone: nothing is sent until it is back');
	assert.equal(describeNetworkError(new AggregateError([new Error('x'), ours])), ours.message);
	const socket = connect({host: '127.0.0.1', port: 9, localAddress: '203.0.113.9'});
	const [error] = (await once(socket, 'error')) as [Error];
	assert.equal(describeNetworkError(error), 'no usable local address: check --bind');
});
