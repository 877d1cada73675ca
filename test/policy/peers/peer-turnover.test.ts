import assert from 'node:assert/strict';
import test from 'node:test';
import {IdleHosts} from '../../../source/policy/peers/idle-hosts.ts';
import {type Newcomer, type TurnoverFacts, whoYields} from '../../../source/policy/peers/peer-turnover.ts';

const now = 1_000_000;
const fresh: Newcomer = {how: 'comes', isNew: true};
const again: Newcomer = {how: 'comes', isNew: false};

/**
 * One letter a peer, id = its place, all here for 100 s: `m` mute, `s` silent for 50 s, `w` has spoken and waits, `r` back
 * after it was here for nothing, `d` trades a little, 1 s ago, `T` traded 1 s ago, `t` traded 70 s ago, `o` traded 130 s ago, `W` as `w`, for 20 s, we dialled it.
 */
function draw(letters: string): TurnoverFacts[] {
	return [...letters].map((letter, id) => ({
		id,
		incoming: letter !== 'W',
		connectedAt: now - (letter === 'W' ? 20_000 : letter === 'r' ? 500 : 100_000),
		tradedAt: {T: now - 1000, d: now - 1000, t: now - 70_000, o: now - 130_000}[letter],
		giving: 'Tto'.includes(letter) ? 50_000 : letter === 'd' ? 400 : 0,
		trading: 'Tto'.includes(letter) ? 50_000 : letter === 'd' ? 400 : 0,
		hasSpoken: letter !== 'm',
		returns: letter === 'r',
		silentSince: letter === 's' ? now - 50_000 : undefined,
	}));
}

function yields(letters: string, newcomer = fresh, lastMade = -Infinity, lastTurnover = -Infinity) {
	return whoYields(draw(letters), newcomer, {now, lastMade, lastTurnover, places: letters.length})?.id;
}

test('who says nothing, asks for nothing, or is back for nothing makes room for anybody new, but not for its like', () => {
	for (const letter of 'msr') {
		assert.equal(yields(`T${letter}T`), 1, letter);
		assert.equal(yields(`T${letter}T`, again), undefined, letter);
	}
	assert.equal(yields('TTT'), undefined);
	assert.equal(yields('Tm', fresh, now - 100), undefined, 'one in 200 ms');
	assert.equal(yields('Tm', fresh, now - 300, now - 300), 1);
});

test('who waits makes room after a minute without a block, one every 5 s, the one that has waited longest', () => {
	assert.equal(yields('TWTw'), 3);
	assert.equal(yields('TWTw', fresh, now - 3000, now - 3000), undefined);
	assert.equal(yields('TWT'), undefined);
	assert.equal(yields('TtwoT'), 3);
	assert.equal(yields('TtwT', again), undefined);
	assert.equal(yields('TtoT', again), 2);
});

test('who trades a few blocks a minute only makes room as one that waits does, and not for its like', () => {
	assert.equal(yields('TdT'), 1);
	assert.equal(yields('TdT', fresh, now - 3000, now - 3000), undefined);
	assert.equal(yields('TdT', again), undefined);
	const young = draw('TdT').map(peer => ({...peer, connectedAt: now - 29_000}));
	const state = {now, lastMade: -Infinity, lastTurnover: -Infinity, places: 3};
	assert.equal(whoYields(young, fresh, state), undefined);
	assert.deepEqual(whoYields(draw('TdT'), fresh, state), {id: 1, isTurnover: true, trickles: true});
});

test('when nobody has traded for five seconds, nobody needs to have waited a minute', () => {
	assert.equal(yields('WWtW'), 2);
	assert.equal(yields('WWWW'), 0);
	assert.equal(yields('WWWW', again), undefined);
	assert.equal(yields('WWTW'), undefined);
});

test('a quarter of the places is for peers we dial, at the cost of those who gave nothing', () => {
	const dialled: Newcomer = {how: 'dialled', isNew: true};
	const takers = draw('TTTTTTTW').map(peer => ({...peer, giving: peer.id === 0 ? 50_000 : 0}));
	const yieldsTo = (newcomer: Newcomer, peers = takers) =>
		whoYields(peers, newcomer, {now, lastMade: -Infinity, lastTurnover: -Infinity, places: 8})?.id;
	assert.ok([1, 2, 3, 4, 5, 6].includes(yieldsTo(dialled)!));
	assert.equal(yieldsTo(fresh), undefined);
	const enough = takers.map(peer => ({...peer, incoming: peer.id < 6}));
	assert.equal(yieldsTo(dialled, enough), undefined);
});

test('hosts that were here for nothing are remembered for ten minutes, whole IPv6 networks as one', () => {
	const hosts = new IdleHosts();
	for (const key of ['192.0.2.1', '2001:db8::1', '127.0.0.1:7000']) hosts.add(key, 0);
	assert.deepEqual(
		['192.0.2.1', '192.0.2.2', '2001:db8::ffff', '2001:db8:0:1::1', '127.0.0.1:7000', '127.0.0.1:7001'].map(
			key => hosts.has(key, 599_000),
		),
		[true, false, true, false, true, false],
	);
	assert.equal(hosts.has('192.0.2.1', 600_000), false);
	hosts.delete('2001:db8::5');
	assert.equal(hosts.has('2001:db8::1', 1000), false);
	for (let host = 0; host < 5000; host++) hosts.add(`10.0.${host >> 8}.${host & 255}`, 1000);
	assert.equal(hosts.has('10.0.0.1', 1000), false);
	assert.equal(hosts.has('10.0.19.100', 1000), true);
});
