import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../source/base/units.ts';
import {messageId, type PeerWireWriter} from '../../source/protocol/wire/decoder.ts';
import {SwarmWorld} from '../simulation/swarm-world.ts';
import {type AttackScript, attack} from './attackers.ts';
import {inSeconds, tell} from './tell.ts';

const shape = {pieces: 64, blocksPerPiece: 16};
const interested = (writer: PeerWireWriter): void => {
	writer.plain(messageId.haveNone);
	writer.plain(messageId.interested);
};

/** Asks for 4 MiB when it may, and reads nothing any more. */
const asker: AttackScript = {
	says: interested,
	answers: (writer, what, _, attacker) => {
		if (what !== 'unchoke') return;
		for (let at = 0; at < 256; at++)
			writer.block(messageId.request, at >> 4, (at & 15) * blockLength, blockLength);
		attacker.goDeaf();
	},
	redials: 1000,
};

/** Wants a slot, and asks for nothing when it has one. */
const dallier: AttackScript = {says: interested, redials: 1000};

/** Has one byte of each block it asks for, and asks again. */
const nibbler: AttackScript = {
	says: interested,
	answers: (writer, what) => {
		if (what === 'unchoke' || what === 'blockStart') writer.block(messageId.request, 1, 0, 1);
	},
	redials: 1000,
};

/** How long an honest downloader waits for its first block and for 16 MiB, after so many were there for so long. */
async function serve(seed: number, count: number, script: AttackScript, headStart: number) {
	const world = new SwarmWorld({seed, ...shape});
	const ours = await world.join({seed: true, up: 4 << 20, down: 20 << 20, latency: 10});
	if (count > 0) attack(world, ours, count, script);
	await world.clock.pass(headStart);
	const honest = await world.join({down: 20 << 20, up: 1 << 20, latency: 10});
	const from = world.clock.now();
	let first = Infinity;
	while (first === Infinity && world.clock.now() - from < 120_000) {
		await world.clock.pass(50);
		if (honest.network.received > blockLength + 2000) first = world.clock.now() - from;
	}
	await world.clock.passUntil(() => honest.completedAt !== undefined, 300_000);
	const whole = (honest.completedAt ?? Infinity) - from;
	await world.end();
	return {first, whole};
}

for (const [what, script] of Object.entries({
	'ask and never read': asker,
	'are interested and never ask': dallier,
	'ask for a byte at a time': nibbler,
})) {
	test(`an honest downloader has its first block within 2 s beside 12 or 45 peers that ${what}`, async () => {
		const usual = await serve(41, 0, script, 0);
		for (const count of [12, 45]) {
			for (const headStart of [0, 1500, 5000, 30_000, 100_000]) {
				const {first, whole} = await serve(41, count, script, headStart);
				const told = `${headStart / 1000} s later a first block after ${inSeconds(first)}, 16 MiB in ${inSeconds(whole)}, undisturbed ${inSeconds(usual.whole)}`;
				tell(`${count} that ${what}`, told);
				assert.ok(first <= 2000, told);
				assert.ok(whole <= 1.5 * usual.whole, told);
			}
		}
	});
}
