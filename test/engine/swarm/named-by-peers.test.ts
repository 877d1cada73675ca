import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PeerAddress} from '../../../source/base/peer-address.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {encodePex} from '../../../source/protocol/wire/ut-pex.ts';
import {LonePeer, seconds} from '../../helpers/lone-peer.ts';
import {LoneTorrent, turn} from '../../helpers/lone-torrent.ts';

/** Our number for ut_pex. */
const pex = 2;

async function meetPeer(lone: LoneTorrent, id: number, host: string): Promise<LonePeer> {
	const peer = await LonePeer.meet(lone, id, {host});
	peer.say(writer => writer.extended(0, encodeBencode({m: {ut_pex: 3}})));
	return peer;
}

function name(peer: LonePeer, addresses: readonly PeerAddress[]): void {
	const added = addresses.map(({host, port}) => ({host, port, flags: 0}));
	peer.say(writer => writer.extended(pex, encodePex({added, dropped: []})));
}

const dead = (liar: number, n: number): PeerAddress => ({
	host: `45.${liar}.${n >> 8}.${n & 255}`,
	port: 7000,
});
const good = [1, 2, 3].map(n => ({host: `46.0.0.${n}`, port: 7000}));
const isGood = ({host}: PeerAddress): boolean => host.startsWith('46.');

/** All that is dialled cannot be reached, until the three good ones are dialled. Answers how many were dialled by then. */
async function dialsUntilGood(lone: LoneTorrent): Promise<number> {
	let at = 0;
	const met = new Set<string>();
	for (let second = 0; second < 1000; second++) {
		for (; at < lone.dialled.length; at++) {
			const connection = lone.dialled[at]!;
			if (isGood(connection.remote)) met.add(connection.remote.host);
			if (met.size === good.length) return at + 1;
			connection.hangUp();
			await turn();
		}
		await seconds(lone, 1);
	}
	return Infinity;
}

for (const [liars, most] of [
	[1, 16],
	[20, 120],
] as const)
	test(`who peers name is dialled in turns: what ${liars} name that drop packets keeps no good ones waiting`, async () => {
		const lone = new LoneTorrent({maxPeers: 60});
		await lone.start();
		const peers: LonePeer[] = [];
		for (let liar = 0; liar < liars; liar++)
			peers.push(await meetPeer(lone, 1 + liar, `198.51.100.${1 + liar}`));
		const honest = await meetPeer(lone, 100, '198.51.100.100');
		for (const [liar, peer] of peers.entries())
			name(
				peer,
				Array.from({length: 200}, (_, n) => dead(liar, n)),
			);
		// The places are taken by those who do not answer.
		await seconds(lone, 61, [...peers, honest]);
		for (const [liar, peer] of peers.entries())
			name(
				peer,
				Array.from({length: 50}, (_, n) => dead(liar, 200 + n)),
			);
		const before = lone.dialled.length;
		name(honest, good);
		const dials = (await dialsUntilGood(lone)) - before;
		assert.ok(dials <= most, `after ${dials} dials`);
		await lone.torrent.close();
	});

test('a household with a whole IPv6 network is one who names peers, however many addresses it has', async () => {
	const lone = new LoneTorrent({maxPeers: 60});
	await lone.start();
	const honest = await meetPeer(lone, 100, '198.51.100.100');
	for (let n = 0; n < 30; n++) {
		const peer = await meetPeer(lone, 1 + n, `2001:db8:1:2::${(n + 1).toString(16)}`);
		name(
			peer,
			Array.from({length: 100}, (_, at) => dead(n, at)),
		);
	}
	const before = lone.dialled.length;
	name(honest, good);
	const dials = (await dialsUntilGood(lone)) - before;
	assert.ok(dials <= 4, `after ${dials} dials`);
	await lone.torrent.close();
});
