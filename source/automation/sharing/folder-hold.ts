import type {KnownEntry} from '../../policy/sharing/known-entry.js';
import type {SharedFolder} from './shared-folder.js';
import type {SharingParts} from './sharing-parts.js';

/**
 * The folder of entries is gone: their torrents wait. Noted first: whoever takes up what a kill left knows whom to let
 * go on.
 */
export async function holdEntries(
	{engine, journal, log}: SharingParts,
	folder: SharedFolder,
	entries: readonly KnownEntry[],
): Promise<void> {
	if (entries.length === 0) return;
	// One that a person has paused is not to go on when the folder is back.
	engine.changed();
	const torrents = await engine.torrents();
	const running = entries.filter(({id}) => (torrents.get(id)?.state ?? 'paused') !== 'paused');
	if (running.length === 0) return;
	if (folder.gone === undefined)
		log.say(
			'warn',
			`${folder.dir} is another folder than it was (a disk that is not mounted?): ${running.length} torrents are paused until it is back`,
		);
	await journal.note(folder, ...running.map(entry => ({...entry, held: true})));
	for (const {id} of running) await engine.try({type: 'torrent.pause', id});
}

/** It is back: the torrents of these entries go on. */
export async function releaseEntries(
	{engine, journal, log}: SharingParts,
	folder: SharedFolder,
	entries: readonly KnownEntry[],
): Promise<void> {
	if (entries.length === 0) return;
	for (const {id} of entries) await engine.try({type: 'torrent.resume', id});
	await journal.note(folder, ...entries);
	const what = entries.length === 1 ? 'its torrent goes' : `${entries.length} torrents go`;
	log.say('info', `${folder.dir} is back: ${what} on`);
}
