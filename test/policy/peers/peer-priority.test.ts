import assert from 'node:assert/strict';
import test from 'node:test';
import {crc32c} from '../../../source/base/crc32c.ts';
import {parseIp} from '../../../source/base/ip-address.ts';
import {type Endpoint, peerPriority} from '../../../source/policy/peers/peer-priority.ts';

function end(host: string, port = 6881): Endpoint {
	return {ip: parseIp(host)!, port};
}

test('CRC-32C of the usual check string', () => {
	assert.equal(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
	assert.equal(crc32c(new Uint8Array()), 0);
});

test('the two examples of BEP 40', () => {
	assert.equal(peerPriority(end('123.213.32.10'), end('98.76.54.32')), 0xec2d7224);
	assert.equal(peerPriority(end('123.213.32.10'), end('123.213.32.234')), 0x99568189);
});

test('both ends see the same priority', () => {
	for (const [one, other] of [
		['10.1.2.3', '10.1.9.9'],
		['2001:db8::1', '2001:db8:0:1::1'],
		['2001:db8::1', '2a00::7'],
	] as const) {
		assert.equal(peerPriority(end(one), end(other)), peerPriority(end(other), end(one)));
	}
	assert.equal(
		peerPriority(end('10.1.2.3', 1), end('10.1.2.3', 2)),
		peerPriority(end('10.1.2.3', 2), end('10.1.2.3', 1)),
	);
});

test('far hosts that differ only in masked bits count the same, near ones do not', () => {
	const own = end('123.213.32.10');
	assert.equal(peerPriority(own, end('98.76.0.0')), peerPriority(own, end('98.76.170.170')));
	assert.notEqual(peerPriority(own, end('123.213.0.0')), peerPriority(own, end('123.213.170.0')));
});

test('IPv4 and IPv6 cannot be compared', () => {
	assert.equal(peerPriority(end('192.0.2.1'), end('2001:db8::1')), 0);
});

test('of IPv6 the first six bytes are always compared whole, and one more for each that is shared behind them', () => {
	const own = end('2001:db8:1111:2222::1');
	// Another network: what lies behind it counts in part.
	assert.equal(
		peerPriority(own, end('2001:db8:9999:0::')),
		peerPriority(own, end('2001:db8:9999:aaaa:aaaa:aaaa:aaaa:aaaa')),
	);
	assert.notEqual(peerPriority(own, end('2001:db8:9999::')), peerPriority(own, end('2001:db8:999b::')));
	// The same network: the byte behind what is shared is whole.
	assert.notEqual(
		peerPriority(own, end('2001:db8:1111:0::')),
		peerPriority(own, end('2001:db8:1111:8000::')),
	);
	assert.equal(peerPriority(own, end('2001:db8:1111:0::')), peerPriority(own, end('2001:db8:1111:00aa::')));
});

test('two on one address are told apart by their ports, of which both bytes count', () => {
	const own = end('192.0.2.1', 0x1234);
	const values = [0x1235, 0x1334, 0x34, 0x1200].map(port => peerPriority(own, end('192.0.2.1', port)));
	assert.equal(new Set(values).size, 4);
	assert.equal(values[0], crc32c(Uint8Array.of(0x12, 0x34, 0x12, 0x35)));
	assert.equal(values[2], crc32c(Uint8Array.of(0x00, 0x34, 0x12, 0x34)));
});
