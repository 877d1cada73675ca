import {join} from 'node:path';
import type {FilePriority} from '../api/snapshot.js';
import {ProtocolError} from '../base/errors.js';
import type {AtGoal, SeedGoal} from '../base/seed-goal.js';
import {words} from './fields.js';
import type {ForeignTorrent} from './foreign-torrent.js';
import {type LibtorrentResume, torrentOf} from './libtorrent-resume.js';

/** What qBittorrent keeps of a torrent beside libtorrent's resume data, in the file or in columns of its database. */
export interface QbittorrentFields {
	readonly name: string | undefined;
	readonly category: string | undefined;
	readonly tags: readonly string[];
	/** Empty when it follows from the category. */
	readonly savePath: string | undefined;
	/** While it is not complete. */
	readonly downloadPath: string | undefined;
	/** Thousandths; below zero for those of all, or none. */
	readonly ratioLimit: number | undefined;
	/** Minutes; the same. */
	readonly seedingTimeLimit: number | undefined;
	readonly inactiveTimeLimit: number | undefined;
	readonly shareLimitAction: string | undefined;
	readonly stopped: boolean;
}

/** What its settings say of all torrents. */
export interface QbittorrentSettings {
	readonly savePath: string | undefined;
	readonly categories: ReadonlyMap<string, string>;
}

/** One torrent of qBittorrent. @throws {ProtocolError} when it cannot be brought */
export function qbittorrentTorrent(
	resume: LibtorrentResume,
	metainfo: Uint8Array | undefined,
	fields: QbittorrentFields,
	settings: QbittorrentSettings,
	queue: number | undefined,
): ForeignTorrent {
	const torrent = torrentOf(resume, metainfo, priorityOf);
	if (torrent.metainfo === undefined && torrent.link === undefined)
		throw new ProtocolError('bad-state', 'its .torrent is gone, and its info-hash is not known');
	const {category, tags} = fields;
	const target = fields.savePath ?? categoryPath(category, settings);
	const now = words(resume.root.get('save_path')) ?? target;
	if (now === undefined) throw new ProtocolError('bad-state', 'nobody knows which folder its data is in');
	const notes: string[] = [];
	const label = category ?? tags[0];
	const lost = category === undefined ? tags.slice(1) : tags;
	if (lost.length > 0) notes.push(`its tags: ${lost.join(', ')}`);
	const isElsewhere = target !== undefined && target !== now;
	return {
		...torrent,
		name: fields.name ?? torrent.name,
		dirs: isElsewhere ? [now, target] : [now],
		doneDir: isElsewhere ? target : undefined,
		ending: '.!qB',
		paused: fields.stopped,
		queue,
		label,
		goal: goalOf(fields),
		notes,
	};
}

function categoryPath(
	category: string | undefined,
	{savePath, categories}: QbittorrentSettings,
): string | undefined {
	if (category === undefined) return savePath;
	const own = categories.get(category);
	if (own !== undefined) return own.startsWith('/') || savePath === undefined ? own : join(savePath, own);
	return savePath && join(savePath, category);
}

function priorityOf(theirs: number): FilePriority {
	if (theirs <= 0) return 0;
	return theirs >= 7 ? 4 : theirs === 6 ? 3 : 2;
}

/** -2 as all have it (of ratios in thousandths), -1 without end. */
function goalOf(fields: QbittorrentFields): SeedGoal {
	const {ratioLimit = -2000, seedingTimeLimit = -2, inactiveTimeLimit = -2, shareLimitAction} = fields;
	const actions: Readonly<Record<string, AtGoal>> = {
		Stop: 'stop',
		Remove: 'remove',
		RemoveWithContent: 'remove-with-data',
	};
	const atGoal = shareLimitAction === undefined ? undefined : actions[shareLimitAction];
	return {
		...(ratioLimit >= 0 && {ratio: ratioLimit / 1000}),
		...(ratioLimit === -1000 && {ratio: 'none'}),
		...(seedingTimeLimit >= 0 && {time: seedingTimeLimit * 60}),
		...(seedingTimeLimit === -1 && {time: 'none'}),
		...(inactiveTimeLimit >= 0 && {idle: inactiveTimeLimit * 60}),
		...(inactiveTimeLimit === -1 && {idle: 'none'}),
		...(atGoal !== undefined && {atGoal}),
	};
}
