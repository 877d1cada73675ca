import {formatAddress} from '../../source/base/peer-address.js';
import type {NodeContact} from '../../source/protocol/dht/compact-nodes.js';
import {compareDistance} from '../../source/protocol/dht/node-id.js';
import type {Citizen, DhtWorld} from './dht-world.js';

const width = 5;
const wanted = 8;

/**
 * How many questions a look-up takes when it goes in rounds: the five nearest that were not asked, then those who
 * answered name eight more, until the eight nearest have answered. It looks into the tables of the world without sending
 * anything, and hears the lies of those who lie.
 */
export function referenceLookup(
	world: DhtWorld,
	from: Citizen,
	target: Uint8Array,
): {readonly asked: number} {
	const byKey = new Map(world.citizens.map(citizen => [formatAddress(citizen.address), citizen]));
	const known = new Map<string, NodeContact>();
	const asked = new Map<string, boolean>();
	const hear = (nodes: readonly NodeContact[]): void => {
		for (const node of nodes) if (!known.has(formatAddress(node))) known.set(formatAddress(node), node);
	};
	hear(from.node.closest(target, wanted));
	for (;;) {
		const nearest = [...known.values()].sort((a, b) => compareDistance(target, a.id, b.id));
		const round: string[] = [];
		let missing = wanted;
		for (const node of nearest) {
			const key = formatAddress(node);
			const answer = asked.get(key);
			if (answer === true && --missing === 0) break;
			if (answer === undefined && round.push(key) === width) break;
		}
		if (round.length === 0) return {asked: asked.size};
		for (const key of round) {
			const citizen = byKey.get(key);
			const answers = citizen?.alive === true;
			asked.set(key, answers);
			// By its own id, whatever others say of it.
			if (answers) known.set(key, {...citizen.address, id: citizen.node.id});
			if (answers) hear(citizen.honest ? citizen.node.closest(target, wanted) : world.lies(target));
		}
	}
}
