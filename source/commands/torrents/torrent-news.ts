import type {TorrentState, TorrentView} from '../../api/snapshot.js';
import {terminalLine} from '../../base/terminal-text.js';
import {stateWords} from '../../ui/present/torrent-state.js';

/** Something that has happened to a torrent. */
export interface TorrentNews {
	/** `there`: it was when one began to look. */
	readonly event: 'there' | 'added' | 'state' | 'complete' | 'removed';
	readonly infoHash: string;
	readonly name: string;
	/** Undefined when it is removed. */
	readonly state?: TorrentState;
	/** The state before, of `state`. */
	readonly from?: TorrentState;
	/** Why it is as it is, in words. */
	readonly reason?: string;
	readonly label?: string;
	readonly dir?: string;
}

/** Tells what has happened from one list of torrents to the next. */
export class NewsTeller {
	#before: ReadonlyMap<string, TorrentView> | undefined;

	/** @param views those that are there now */
	tell(views: readonly TorrentView[]): TorrentNews[] {
		const before = this.#before;
		const now = new Map(views.map(view => [view.id, view]));
		this.#before = now;
		const news: TorrentNews[] = [];
		for (const view of views) {
			const last = before?.get(view.id);
			const about = aboutOf(view);
			if (last === undefined) news.push({event: before === undefined ? 'there' : 'added', ...about});
			else if (last.state !== view.state) news.push({event: 'state', ...about, from: last.state});
			// One that was there already when it came is complete, too: it says so by its state.
			if (last !== undefined && last.completedAt === undefined && view.completedAt !== undefined)
				news.push({event: 'complete', ...about});
		}
		for (const [id, {name}] of before ?? [])
			if (!now.has(id)) news.push({event: 'removed', infoHash: id, name});
		return news;
	}
}

function aboutOf({id, name, state, reason, label, dir}: TorrentView): Omit<TorrentNews, 'event'> {
	return {
		infoHash: id,
		name,
		state,
		...(reason !== undefined && {reason: reason.text}),
		...(label !== undefined && {label}),
		dir,
	};
}

/** The same as a line for people. */
export function newsText({event, name, state, from, reason}: TorrentNews): string {
	const now = state === undefined ? '' : stateWords[state];
	const why = reason === undefined || reason === now ? '' : `: ${reason}`;
	const what = {
		there: `${now}${why}`,
		added: `added, ${now}${why}`,
		state: `${now}${why}${from === undefined ? '' : ` (was ${stateWords[from]})`}`,
		complete: 'everything is here',
		removed: 'removed',
	}[event];
	return terminalLine(`${name}: ${what}`);
}
