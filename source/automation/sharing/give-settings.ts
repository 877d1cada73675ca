import type {GivenSettings} from './share-records.js';
import type {SharedFolder} from './shared-folder.js';
import type {SharingParts} from './sharing-parts.js';

/** What the torrents of a folder get may have been chosen anew: those that are there are told. */
export async function giveSettings({engine, journal}: SharingParts, folder: SharedFolder): Promise<void> {
	const {settings, dir} = folder;
	const {publish, label = '', trackers} = settings;
	const before = journal.given(dir);
	if (before !== undefined && isSame(before, {publish, label, trackers})) return;
	if (before !== undefined) {
		const news = trackers.filter(url => !before.trackers.includes(url));
		for (const {id, state} of folder.known.values()) {
			if (state !== 'shared') continue;
			if (before.publish !== publish) await engine.try({type: 'torrent.publish', id, on: publish});
			if (before.label !== label) await engine.try({type: 'torrent.label', id, label});
			for (const url of news) await engine.try({type: 'tracker.add', id, url});
		}
	}
	await journal.give(dir, {publish, label, trackers});
}

function isSame(one: GivenSettings, other: GivenSettings): boolean {
	return (
		one.publish === other.publish &&
		one.label === other.label &&
		one.trackers.join('\n') === other.trackers.join('\n')
	);
}
