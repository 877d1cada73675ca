import type {EngineSettings} from '../../api/command.js';
import {requireAbsolute} from '../../io/files/paths.js';
import type {LimitName} from '../../policy/rates/chosen-limits.js';
import type {QueueLimits} from '../../policy/session/torrent-queue.js';
import type {CommandHost} from './command-host.js';

const limitNames: readonly LimitName[] = ['maxDownload', 'maxUpload', 'slowDownload', 'slowUpload'];

/** What holds now. */
export function settingsOf({
	settings,
	limits,
	queue,
	seedGoals,
	connections,
	port,
}: CommandHost): EngineSettings {
	const {maxDownload, maxUpload} = limits.of('normal');
	const slow = limits.of('slow');
	return {
		dir: settings.dir,
		port: port(),
		maxPeers: settings.maxPeers,
		maxConnections: connections.most,
		name: settings.name ?? null,
		maxDownload: maxDownload ?? null,
		maxUpload: maxUpload ?? null,
		slowDownload: slow.maxDownload ?? null,
		slowUpload: slow.maxUpload ?? null,
		slowTimes: limits.slowTimes,
		activeDownloads: queue.limits?.downloads ?? null,
		activeSeeds: queue.limits?.seeds ?? null,
		seedRules: seedGoals.rules,
	};
}

/**
 * Goes by other settings from now on. Rejects with a `UserError` for a folder that is not written in full, or a port that
 * cannot be had, and changes nothing.
 */
export async function configure(
	{settings, limits, queue, seedGoals, guard, connections, movePort}: CommandHost,
	changes: EngineSettings,
): Promise<void> {
	const {
		port,
		dir,
		maxPeers,
		maxConnections,
		name,
		slowTimes,
		activeDownloads,
		activeSeeds,
		seedRules,
		minFreeSpace,
	} = changes;
	if (dir !== undefined) requireAbsolute(dir);
	if (port !== undefined) await movePort(port);
	if (dir !== undefined) settings.dir = dir;
	if (maxPeers !== undefined) settings.maxPeers = maxPeers;
	if (maxConnections !== undefined) connections.limit(maxConnections);
	if (name !== undefined) settings.name = name ?? undefined;
	const rates = limitNames.filter(each => changes[each] !== undefined);
	if (rates.length > 0 || slowTimes !== undefined)
		limits.configure(Object.fromEntries(rates.map(each => [each, changes[each] ?? undefined])), slowTimes);
	const places: {-readonly [K in keyof QueueLimits]?: QueueLimits[K]} = {};
	if (activeDownloads !== undefined) places.downloads = activeDownloads ?? undefined;
	if (activeSeeds !== undefined) places.seeds = activeSeeds ?? undefined;
	if (Object.keys(places).length > 0) queue.limit(places);
	if (minFreeSpace !== undefined) guard.configure(minFreeSpace ?? undefined);
	if (seedRules !== undefined) seedGoals.apply(seedRules);
}
