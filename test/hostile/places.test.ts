import assert from 'node:assert/strict';
import test from 'node:test';
import {messageId} from '../../source/protocol/wire/decoder.ts';
import {type Node, SwarmWorld} from '../simulation/swarm-world.ts';
import {type AttackScript, attack, trickler} from './attackers.ts';
import {inSeconds, tell} from './tell.ts';

const shape = {pieces: 64, blocksPerPiece: 16};
const seederLine = {up: 4 << 20, down: 20 << 20, latency: 10};

/** What 60 addresses do with all our places, redialling every second. */
const holders: Readonly<Record<string, AttackScript>> = {
	'say nothing after the handshake': {redials: 1000},
	'are interested and no more': {says: writer => writer.plain(messageId.interested), redials: 1000},
	'have everything and choke us': {
		says: writer => {
			writer.plain(messageId.haveAll);
			writer.plain(messageId.interested);
		},
		redials: 1000,
	},
	'unchoke us and give nothing': {
		says: writer => {
			writer.plain(messageId.haveAll);
			writer.plain(messageId.unchoke);
		},
		redials: 1000,
	},
	'come and go every second': {
		says: writer => writer.plain(messageId.interested),
		leaves: 700,
		redials: 300,
	},
};

/** How long 16 MiB take from when a seeder comes, whoever dials whom, beside so many that have been there for so long. */
async function download(
	seed: number,
	count: number,
	script: AttackScript,
	{headStart, dialled}: {headStart: number; dialled: boolean},
): Promise<{took: number; tries: number}> {
	const world = new SwarmWorld({seed, ...shape});
	const ours = await world.join({down: 20 << 20, up: 1 << 20, latency: 10});
	if (count > 0) attack(world, ours, count, script);
	await world.clock.pass(headStart);
	const from = world.clock.now();
	// The seeder finds us at the tracker, at which we do not ask again for half an hour.
	const seeder = await world.join({...seederLine, seed: true, ...(dialled && {shy: true})});
	if (dialled) await meets(world, ours, seeder);
	await world.clock.passUntil(() => ours.completedAt !== undefined, 400_000);
	const took = (ours.completedAt ?? Infinity) - from;
	await world.end();
	return {took, tries: seeder.network.dials};
}

async function meets(world: SwarmWorld, ours: Node, seeder: Node): Promise<void> {
	await ours.session.send({type: 'peer.add', id: world.id, address: `${seeder.host}:6881`});
}

for (const [what, script] of Object.entries(holders)) {
	test(`an honest seeder has a place and completes us in time beside 60 peers that ${what}`, async () => {
		for (const dialled of [false, true]) {
			const usual = await download(51, 0, script, {headStart: 20_000, dialled});
			for (const headStart of [10_000, 65_000, 200_000]) {
				const {took, tries} = await download(51, 60, script, {headStart, dialled});
				const told = `seeder ${dialled ? 'is dialled' : 'dials in'} ${headStart / 1000} s later, 16 MiB in ${inSeconds(took)}, undisturbed ${inSeconds(usual.took)}, ${tries} dials`;
				tell(`60 that ${what}`, told);
				assert.ok(took <= 1.5 * usual.took, told);
			}
		}
	});
}

test('an honest seeder has a place beside 60 peers that give a block now and then, once they have shown that', async () => {
	for (const every of [50_000, 12_000]) {
		for (const dialled of [false, true]) {
			const usual = await download(52, 0, trickler(every), {headStart: 20_000, dialled});
			for (const headStart of [100_000, 200_000]) {
				const {took} = await download(52, 60, trickler(every), {headStart, dialled});
				const told = `seeder ${dialled ? 'is dialled' : 'dials in'} ${headStart / 1000} s later, 16 MiB in ${inSeconds(took)}, undisturbed ${inSeconds(usual.took)}`;
				tell(`60 that give a block every ${every / 1000} s`, told);
				// The place is one thing; those that have begun blocks slow the end by some seconds, too.
				assert.ok(took <= usual.took + 10_000, told);
			}
		}
	}
});
