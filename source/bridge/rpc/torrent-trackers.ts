import {UserError} from '../../base/errors.js';
import type {NumberedTracker} from './detail-fields.js';
import type {RpcArguments} from './rpc-arguments.js';
import {RpcError} from './rpc-error.js';
import type {RpcGround} from './rpc-ground.js';

/** What is to be changed of a torrent's trackers. */
export interface TrackerChange {
	readonly add: readonly string[];
	/** By their numbers. */
	readonly remove: readonly number[];
	readonly replace: ReadonlyArray<readonly [number: number, url: string]>;
	/** All of them, tier by tier; undefined for those that there are. */
	readonly tiers: ReadonlyArray<readonly string[]> | undefined;
}

/** Undefined when nothing is. Throws an `RpcError` for what is no list of trackers. */
export function readTrackerChange(args: RpcArguments): TrackerChange | undefined {
	const add = args.texts('tracker_add');
	const remove = args.counts('tracker_remove');
	const pairs = args.raw('tracker_replace');
	const list = args.text('tracker_list');
	if ([add, remove, pairs, list].every(value => value === undefined)) return undefined;
	return {
		add: add ?? [],
		remove: remove ?? [],
		replace: pairs === undefined ? [] : readPairs(pairs),
		tiers: list === undefined ? undefined : readTiers(list),
	};
}

/** Numbers and URLs in turn; some write each pair as a list of its own. */
function readPairs(value: unknown): Array<readonly [number, string]> {
	const flat = Array.isArray(value) ? value.flat() : [undefined];
	const pairs: Array<readonly [number, string]> = [];
	for (let at = 0; at < flat.length; at += 2) {
		const [number, url] = [flat[at], flat[at + 1]];
		if (!Number.isSafeInteger(number) || typeof url !== 'string')
			throw new RpcError('params', 'tracker_replace: must be pairs of a number and a URL');
		pairs.push([number, url]);
	}
	return pairs;
}

function readTiers(text: string): string[][] {
	const tiers = text
		.split(/\n[ \t\r]*\n/)
		.map(tier => tier.split('\n').flatMap(line => (line.trim() === '' ? [] : [line.trim()])))
		.filter(tier => tier.length > 0);
	if (tiers.flat().some(url => !isTracker(url))) throw new RpcError('trackerList');
	return tiers;
}

function isTracker(url: string): boolean {
	return URL.canParse(url) && /^(?:https?|udp):$/.test(new URL(url).protocol);
}

/** Changes them. Rejects with an `RpcError` when that changes nothing, as Transmission does. */
export async function changeTrackers(ground: RpcGround, id: string, change: TrackerChange): Promise<void> {
	const {engine, trackers} = ground;
	const reply = await engine.send({type: 'session.list', ids: [id], details: ['trackers']});
	const now = trackers.numbered(reply.details?.[0] ?? {id});
	if (change.tiers !== undefined) return setTiers(ground, id, now, change.tiers);
	let changed = 0;
	const remove = async (url: string): Promise<void> => {
		await engine.send({type: 'tracker.remove', id, url});
		changed++;
	};
	const add = async (url: string, tier?: number): Promise<void> => {
		if (now.some(({tracker}) => tracker.url === url)) return;
		await addTracker(ground, id, url, tier);
		changed++;
	};
	for (const url of change.add) await add(url.trim());
	for (const [number, url] of change.replace) {
		const known = now.find(entry => entry.number === number);
		if (known === undefined || known.tracker.url === url) continue;
		await add(url.trim(), known.tracker.tier);
		await remove(known.tracker.url);
	}
	for (const number of change.remove) {
		const known = now.find(entry => entry.number === number);
		if (known !== undefined) await remove(known.tracker.url);
	}
	if (changed === 0) throw new RpcError('announceList');
}

async function addTracker({engine}: RpcGround, id: string, url: string, tier?: number): Promise<void> {
	try {
		await engine.send({type: 'tracker.add', id, url, ...(tier !== undefined && {tier})});
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		throw new RpcError('announceList', error.message);
	}
}

async function setTiers(
	ground: RpcGround,
	id: string,
	now: readonly NumberedTracker[],
	tiers: ReadonlyArray<readonly string[]>,
): Promise<void> {
	const wanted = new Map(tiers.flatMap((urls, tier) => urls.map(url => [url, tier + 1] as const)));
	for (const {tracker} of now) {
		if (wanted.get(tracker.url) === tracker.tier) wanted.delete(tracker.url);
		else await ground.engine.send({type: 'tracker.remove', id, url: tracker.url});
	}
	for (const [url, tier] of wanted) await addTracker(ground, id, url, tier);
}
