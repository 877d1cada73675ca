import assert from 'node:assert/strict';
import {test} from 'node:test';
import {AddressVotes, voterNetwork} from '../../../source/policy/peers/address-votes.ts';

const [ours, lie, moved] = ['203.0.113.9', '198.51.100.66', '203.0.113.77'] as const;

function votes(count: number, address: string, list = new AddressVotes(), from = 0): AddressVotes {
	for (let voter = from; voter < from + count; voter++) list.add(address, `net ${voter}`);
	return list;
}

test('the first to speak is believed for want of others, and is outvoted by two', () => {
	const list = new AddressVotes();
	assert.deepEqual([list.address, list.certain], [undefined, false]);
	list.add(lie, 'liar');
	assert.deepEqual([list.address, list.certain], [lie, false]);
	list.add(ours, 'one');
	assert.equal(list.address, lie, 'one against one decides nothing');
	list.add(ours, 'two');
	assert.deepEqual([list.address, list.certain], [ours, false]);
	list.add(ours, 'three');
	assert.deepEqual([list.address, list.certain], [ours, true]);
});

test('a lone liar moves nothing, however often it speaks', () => {
	const list = votes(2, ours);
	for (let times = 0; times < 100; times++) list.add(lie, 'liar');
	assert.equal(list.address, ours);
});

test('half of the voters are not more than half', () => {
	const list = votes(8, ours);
	votes(8, lie, list, 8);
	assert.deepEqual([list.address, list.certain], [ours, false]);
	list.add(lie, 'net 16');
	assert.deepEqual([list.address, list.certain], [lie, true]);
});

test('only the last sixteen networks count, and who speaks again is among the last', () => {
	const list = votes(1, ours);
	votes(1, lie, list, 1);
	votes(8, ours, list, 2);
	votes(6, lie, list, 10);
	assert.equal(list.certain, true, 'nine of sixteen');
	list.add(ours, 'net 0');
	list.add(lie, 'net 16');
	assert.equal(list.certain, true, 'the first has spoken again, so that the second is forgotten, which lied');
	list.add(lie, 'net 17');
	assert.equal(list.certain, false, 'the third is forgotten: eight of sixteen are left');
});

test('a new address of ours is believed when nine of the last sixteen networks name it', () => {
	const list = votes(40, ours);
	for (let voter = 0; voter < 8; voter++) {
		list.add(moved, `later ${voter}`);
		assert.equal(list.address, ours);
	}
	list.add(moved, 'later 8');
	assert.deepEqual([list.address, list.certain], [moved, true]);
});

test('who alone has ever spoken may say something else later', () => {
	const list = new AddressVotes();
	list.add(ours, 'tracker');
	list.add(moved, 'tracker');
	assert.equal(list.address, moved);
});

test('a /24, a /48 and a domain have one vote each', () => {
	assert.equal(voterNetwork('192.0.2.1'), voterNetwork('192.0.2.254'));
	assert.equal(voterNetwork('192.0.2.1'), voterNetwork('::ffff:192.0.2.9'));
	assert.notEqual(voterNetwork('192.0.2.1'), voterNetwork('192.0.3.1'));
	assert.notEqual(voterNetwork('192.0.2.1'), voterNetwork('193.0.2.1'));
	assert.equal(voterNetwork('2001:db8:7::1'), voterNetwork('2001:db8:7:ffff::2'));
	assert.notEqual(voterNetwork('2001:db8:7::1'), voterNetwork('2001:db8:8::1'));
	assert.equal(voterNetwork('a.tracker.example'), voterNetwork('B.Tracker.Example'));
	assert.notEqual(voterNetwork('one.example'), voterNetwork('two.example'));
});
