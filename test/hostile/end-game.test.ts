import assert from 'node:assert/strict';
import test from 'node:test';
import {messageId, writePieceHeader} from '../../source/protocol/wire/decoder.ts';
import {SwarmWorld} from '../simulation/swarm-world.ts';
import {type AttackScript, attack, trickler} from './attackers.ts';
import {inSeconds, tell} from './tell.ts';

/** As a user feels it: 16 MiB of a seeder that sends 4 MiB a second. */
const fast = {up: 4 << 20, down: 20 << 20, latency: 10};
const shape = {pieces: 64, blocksPerPiece: 16};

/** Has everything, unchokes us, and never sends a block. */
const unchoker: AttackScript = {
	says: writer => {
		writer.plain(messageId.haveAll);
		writer.plain(messageId.unchoke);
	},
	redials: 1000,
};

/** How long 16 MiB take beside so many, who were there before. */
async function download(
	seed: number,
	attackers: number,
	script: AttackScript,
	headStart = 0,
): Promise<number> {
	const world = new SwarmWorld({seed, ...shape});
	const ours = await world.join({down: 20 << 20, up: 1 << 20});
	if (attackers > 0) attack(world, ours, attackers, script);
	await world.clock.pass(headStart);
	const seeder = await world.join({...fast, seed: true});
	const from = world.clock.now();
	await world.clock.passUntil(() => ours.completedAt !== undefined, 300_000);
	const took = (ours.completedAt ?? Infinity) - from;
	await world.end();
	assert.ok(seeder.network.sent < 1.3 * world.length, `${seeder.network.sent} bytes were sent`);
	return took;
}

for (const headStart of [0, 5000]) {
	test(`peers that unchoke and never answer do not stall the end, ${headStart / 1000} s ahead or not`, async () => {
		const usual = await download(31, 0, unchoker);
		for (const count of [2, 4, 10, 45]) {
			const took = await download(31, count, unchoker, headStart);
			tell(
				`${count} that unchoke and never answer`,
				`16 MiB in ${inSeconds(took)}, undisturbed ${inSeconds(usual)}`,
			);
			assert.ok(took <= 1.5 * usual, `${count}: ${took} ms, ${usual} ms undisturbed`);
		}
	});
}

test('peers that begin a block and never end it, or refuse all, or flap, do not stall the end', async () => {
	const usual = await download(32, 0, unchoker);
	const refuses: AttackScript = {
		...unchoker,
		answers: (writer, what, [piece, begin, length]) => {
			if (what === 'request') writer.block(messageId.reject, piece!, begin!, length!);
		},
	};
	const drips: AttackScript = {
		...unchoker,
		answers: (writer, what, [piece, begin, length]) => {
			if (what !== 'request' || begin !== 0) return;
			const head = new Uint8Array(14);
			writePieceHeader(head, 0, piece!, begin!, length!);
			writer.raw(head);
		},
	};
	const flaps: AttackScript = {
		...unchoker,
		answers: (writer, what) => {
			if (what !== 'request') return;
			writer.plain(messageId.choke);
			writer.plain(messageId.unchoke);
		},
	};
	for (const [name, script] of Object.entries({refuses, drips, flaps})) {
		const took = await download(32, 45, script, 3000);
		tell(`45 that unchoke: ${name}`, `16 MiB in ${inSeconds(took)}, undisturbed ${inSeconds(usual)}`);
		assert.ok(took <= 1.5 * usual, `${name}: ${took} ms, ${usual} ms undisturbed`);
	}
});

test('peers that give a block now and then do not stall the end', async () => {
	const usual = await download(33, 0, unchoker);
	for (const every of [2500, 9000, 30_000]) {
		for (const headStart of [0, 20_000]) {
			const took = await download(33, 45, trickler(every), headStart);
			tell(
				`45 that give a block every ${inSeconds(every)}`,
				`16 MiB in ${inSeconds(took)}, undisturbed ${inSeconds(usual)}`,
			);
			// No worse than honest peers on slow lines: what they have begun is waited for a little.
			assert.ok(
				took <= usual + 10_000,
				`${every} ms, ${headStart} ms ahead: ${took} ms, ${usual} ms undisturbed`,
			);
		}
	}
});
