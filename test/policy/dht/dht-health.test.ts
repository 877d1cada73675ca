import assert from 'node:assert/strict';
import test from 'node:test';
import {type DhtFacts, dhtHealth} from '../../../source/policy/dht/dht-health.ts';

/** A node that has run for an hour and knows 60 others. */
const usual: DhtFacts = {
	nodes: 60,
	silent: 0,
	bootstrapping: false,
	incoming: 8,
	age: 3_600_000,
	tried: 4,
	answered: 3,
	unresolved: 0,
	readOnly: false,
	unreachable: undefined,
};

const cases: ReadonlyArray<readonly [what: string, facts: Partial<DhtFacts>, state: string, why: RegExp]> = [
	['an hour with enough nodes, and asked by others', {}, 'good', /^$/],
	['asked by few', {incoming: 7}, 'firewalled', /not open for UDP/],
	['asked by few after ten minutes', {incoming: 0, age: 600_000}, 'firewalled', /not open for UDP/],
	['asked by few, but young', {incoming: 0, age: 599_999}, 'good', /^$/],
	['asked by few, and answering nobody by choice', {incoming: 0, readOnly: true}, 'good', /^$/],
	['39 nodes', {nodes: 39}, 'poor', /^only 39 nodes are known$/],
	['one node', {nodes: 1}, 'poor', /^only 1 node is known$/],
	['no address of the family', {unreachable: 'it has no address'}, 'off', /^it has no address$/],
	[
		'three nodes and no other that answers',
		{nodes: 3, answered: 0},
		'poor',
		/^only 3 nodes are known, and none of 4 first nodes answered$/,
	],
	[
		'three nodes and no names',
		{nodes: 3, tried: 0, answered: 0, unresolved: 2},
		'poor',
		/ and the names of first nodes cannot be looked up$/,
	],
	['sixty known of whom none answers', {nodes: 0, silent: 60}, 'starting', /^none of 60 known nodes answers/],
	['the first moment', {nodes: 0, bootstrapping: true, tried: 0}, 'starting', /first node$/],
	['nobody to ask', {nodes: 0, tried: 0}, 'starting', /nobody to ask/],
	['no name could be looked up', {nodes: 0, tried: 0, unresolved: 3}, 'starting', /names of first nodes/],
	[
		'some names were found and nobody answered',
		{nodes: 0, answered: 0, unresolved: 3},
		'starting',
		/^0 of 4 first nodes/,
	],
];

for (const [what, facts, state, why] of cases) {
	test(`a DHT node: ${what}: ${state}`, () => {
		const health = dhtHealth({...usual, ...facts});
		assert.equal(health.state, state);
		assert.match(health.why ?? '', why);
	});
}
