import type {Seconds} from '../../base/units.js';
import type {StallFacts} from './stall-reason.js';

/** So long one waits for peers to be found and to begin before a download is called stalled. */
const patience: Seconds = 20;

/** What it takes to tell whether a torrent is stalled. */
export type StalledFacts = Pick<
	StallFacts,
	'state' | 'moving' | 'metadata' | 'diskBehind' | 'filesWanted'
> & {
	/** Nothing has come of what it lacks for so long; undefined when it lacks nothing. */
	readonly nothingFor: Seconds | undefined;
};

/**
 * How long a torrent that is to download has been without anything coming, in steps of ten seconds and, after the first
 * minute, of minutes; undefined when it is not stalled.
 */
export function stalledTime(facts: StalledFacts): Seconds | undefined {
	const {state, nothingFor = 0, metadata} = facts;
	if (state !== 'downloading' && state !== 'metadata') return undefined;
	if (nothingFor < patience || facts.moving !== undefined || facts.diskBehind) return undefined;
	if (state === 'downloading' && facts.filesWanted === 0) return undefined;
	// Of a link nothing is counted as it comes: somebody who is asked may be sending it.
	if (state === 'metadata' && (metadata?.asked ?? 0) > 0) return undefined;
	const step = nothingFor < 60 ? 10 : 60;
	return Math.floor(nothingFor / step) * step;
}
