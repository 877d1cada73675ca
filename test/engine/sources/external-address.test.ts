import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ExternalAddress} from '../../../source/engine/sources/external-address.js';

const [ours, lie] = ['8.8.4.4', '1.1.1.1'] as const;

function among(...machine: string[]) {
	const lines: string[] = [];
	const external = new ExternalAddress(
		() => machine,
		(_, text) => lines.push(text),
	);
	return {external, lines};
}

test('the address that peers and trackers name is ours, each family for itself', () => {
	const {external, lines} = among('192.168.1.2', 'fd00::2');
	assert.deepEqual(external.hosts, ['192.168.1.2', 'fd00::2']);
	external.heardOurAddress(ours, 'tracker.example', 'tracker');
	external.heardOurAddress('2a00:1450::1', '2a01:4f8::1', 'peer');
	assert.deepEqual(external.seen, [ours, '2a00:1450::1']);
	assert.deepEqual(external.hosts, [ours, '2a00:1450::1', '192.168.1.2', 'fd00::2']);
	assert.equal(lines.length, 2);
});

test('the same address in another spelling is the same, and no change', () => {
	const {external} = among();
	external.heardOurAddress(ours, '9.9.9.9', 'peer');
	const before = external.revision;
	external.heardOurAddress(`::ffff:${ours}`, '149.112.112.112', 'peer');
	assert.deepEqual([external.seen, external.revision], [[ours], before]);
	external.heardOurAddress(ours, '4.4.4.4', 'peer');
	assert.equal(external.revision, before + 1, 'it has become certain');
});

test('neither one liar nor two hundred of one network move an address that two others name', () => {
	const {external} = among();
	external.heardOurAddress(ours, 'tracker.example', 'tracker');
	external.heardOurAddress(ours, '9.9.9.9', 'peer');
	const before = external.revision;
	for (let host = 0; host < 200; host++) external.heardOurAddress(lie, `5.5.5.${host}`, 'peer');
	external.heardOurAddress(ours, '2.2.2.2', 'peer');
	assert.deepEqual(external.seen, [ours]);
	assert.equal(external.revision, before + 1, 'it has become certain');
});

test('two hundred of one IPv6 network are one voter too', () => {
	const {external} = among();
	for (const voter of ['2a01:4f8::1', '2a02:8108::1'])
		external.heardOurAddress('2a00:1450::1', voter, 'peer');
	for (let host = 0; host < 200; host++)
		external.heardOurAddress('2a00:dead::1', `2a03:1:1:${host.toString(16)}::1`, 'peer');
	assert.deepEqual(external.seen, ['2a00:1450::1']);
});

test('addresses of LANs and of this machine are no votes, nor do those who are there have one', () => {
	const {external} = among();
	for (const host of ['192.168.1.7', '10.0.0.1', '100.64.0.1', '127.0.0.1', '0.0.0.0', '224.0.0.1', 'x', ''])
		external.heardOurAddress(host, '9.9.9.9', 'peer');
	for (const host of ['::1', 'fe80::1', 'fd00::1', '::', 'ff02::1'])
		external.heardOurAddress(host, '2a01:4f8::1', 'peer');
	for (const from of ['192.168.1.1', '127.0.0.1', '::1', 'fd00::1', 'fe80::1'])
		external.heardOurAddress(from.includes(':') ? '2a00:1450::1' : ours, from, 'tracker');
	assert.deepEqual([external.seen, external.revision], [[], 0]);
});

test('who speaks IPv4 with us cannot see our IPv6 address, nor the other way round', () => {
	const {external} = among();
	external.heardOurAddress('2a00:1450::1', '9.9.9.9', 'peer');
	external.heardOurAddress(ours, '2a01:4f8::1', 'peer');
	assert.deepEqual(external.seen, []);
});

test('against a public address of this machine itself only three networks count', () => {
	const {external} = among('3.3.3.3');
	for (const voter of ['9.9.9.9', '4.4.4.4']) {
		external.heardOurAddress(ours, voter, 'peer');
		assert.deepEqual(external.hosts, ['3.3.3.3']);
	}
	external.heardOurAddress(ours, '2.2.2.2', 'peer');
	assert.deepEqual(external.hosts, [ours, '3.3.3.3']);
});

test('the gateway has a vote though it is in our LAN, one like anybody else', () => {
	const {external} = among();
	external.heardOurAddress(ours, '192.168.1.1', 'gateway');
	assert.deepEqual(external.seen, [ours]);
	external.heardOurAddress('100.64.0.7', '192.168.1.1', 'gateway');
	assert.deepEqual(external.seen, [ours]);
	for (const voter of ['9.9.9.9', '149.112.112.112']) external.heardOurAddress(ours, voter, 'peer');
	for (let vote = 0; vote < 50; vote++) external.heardOurAddress(lie, '192.168.1.1', 'gateway');
	assert.deepEqual(external.seen, [ours]);
});
