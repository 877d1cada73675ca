import type {DhtState} from '../../base/dht-state.js';

/** What its state follows from. */
export interface DhtFacts {
	/** Nodes that answered us lately. */
	readonly nodes: number;
	/** Nodes that are known while none of all that were asked lately has answered; else 0. */
	readonly silent: number;
	/** Somebody is asked for the way in right now. */
	readonly bootstrapping: boolean;
	/** Queries of others in the last ten minutes, counted up to 8. */
	readonly incoming: number;
	/** For how long it has run, in ms. */
	readonly age: number;
	/** Ways in that were tried last, and how many of them answered. */
	readonly tried: number;
	readonly answered: number;
	/** Names of ways in that could not be looked up. */
	readonly unresolved: number;
	/** Answers nobody, by choice. */
	readonly readOnly: boolean;
	/** Why nothing can be sent in this family, in words; undefined when it can. */
	readonly unreachable: string | undefined;
}

/** With so many nodes look-ups find whom they seek. */
const plenty = 40;
const someIncoming = 8;
/** Others need so long to hear of us. */
const youth = 10 * 60_000;

/** The state in a word, and in words why it is no better; undefined when it is good. */
export function dhtHealth(facts: DhtFacts): {readonly state: DhtState; readonly why: string | undefined} {
	const {nodes, tried, answered, unresolved} = facts;
	if (facts.unreachable !== undefined) return {state: 'off', why: facts.unreachable};
	if (nodes === 0) {
		if (facts.silent > 0)
			return {
				state: 'starting',
				why: `none of ${facts.silent} known nodes answers any more: is the network there?`,
			};
		if (facts.bootstrapping && tried === 0) return {state: 'starting', why: 'looking for a first node'};
		if (tried === 0 && unresolved === 0) return {state: 'starting', why: 'nobody to ask is known yet'};
		if (unresolved > 0 && tried === 0)
			return {state: 'starting', why: 'the names of first nodes cannot be looked up: is the network there?'};
		return {
			state: 'starting',
			why: `${answered} of ${tried} first nodes answered: is UDP let through?`,
		};
	}
	if (nodes < plenty)
		return {
			state: 'poor',
			why: `only ${nodes} ${nodes === 1 ? 'node is' : 'nodes are'} known${waysIn(facts)}`,
		};
	if (facts.readOnly || facts.age < youth || facts.incoming >= someIncoming)
		return {state: 'good', why: undefined};
	return {state: 'firewalled', why: 'nobody asks us: the port is not open for UDP'};
}

/** What is amiss with the ways in, to be said behind something else. */
function waysIn({tried, answered, unresolved}: DhtFacts): string {
	if (tried > 0 && answered === 0) return `, and none of ${tried} first nodes answered`;
	return unresolved > 0 && tried === 0 ? ', and the names of first nodes cannot be looked up' : '';
}
