import type {LogView} from '../../api/snapshot.js';
import {progressOf} from '../../api/torrent-standing.js';
import type {PaneName} from '../look/layout.js';
import type {Dialog} from '../model/dialog.js';
import type {FeedPart} from '../model/feeds-place.js';
import {activeList, cursorRow, entries} from '../model/lists.js';
import type {NetworkPane} from '../model/network-place.js';
import type {ScreenState} from '../model/store.js';
import type {SwarmPart} from '../model/swarms-place.js';
import {duration, percent, rateWithUnit} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import {logText} from './log.js';
import {networkTrouble} from './network.js';
import {stateWord} from './torrent-state.js';

/** What has been said, so that nothing is said twice. */
export interface Said {
	readonly torrent?: string | undefined;
	/** State, tenths of progress and reason of the torrent. */
	readonly standing?: string | undefined;
	readonly place?: string | undefined;
	readonly row?: string | undefined;
	readonly dialog?: Dialog | undefined;
	readonly dialogLines: readonly string[];
	readonly notice?: string | undefined;
	readonly log?: LogView | undefined;
}

export const nothingSaid: Said = {dialogLines: []};

const paneWords: Readonly<Record<PaneName, string>> = {
	pieces: 'Pieces',
	speed: 'Speed',
	peers: 'Peers',
	trackers: 'Trackers',
	files: 'Files',
	log: 'Log',
};

const networkWords: Readonly<Record<NetworkPane, string>> = {
	search: 'Network, search',
	found: 'Found',
	people: 'People',
	shared: 'I share',
};

const swarmWords: Readonly<Record<SwarmPart, string>> = {
	everyPeer: 'Peers of all torrents',
	everyTracker: 'Trackers of all torrents',
};

const feedWords: Readonly<Record<FeedPart, string>> = {
	feeds: 'Feeds',
	items: 'Items',
	rules: 'Rules',
};

/** What the part of the screen that has the keys is called. */
function placeName({screen, pane, network, feedPart, swarmPart}: ScreenState['view']): string {
	if (screen === 'session') return 'Torrents';
	if (screen === 'feeds') return feedWords[feedPart];
	if (screen === 'swarms') return swarmWords[swarmPart];
	return screen === 'network' ? networkWords[network.pane] : paneWords[pane];
}

function standing(state: ScreenState): {readonly key: string; readonly line: string} | undefined {
	const trouble = state.view.screen === 'network' ? networkTrouble(state) : undefined;
	if (trouble?.tone === 'warn') return {key: trouble.text, line: trouble.text};
	const torrent = state.view.screen === 'torrent' ? state.model.torrent?.overview : undefined;
	if (!torrent) return undefined;
	const part = progressOf(torrent);
	const moving =
		torrent.state === 'downloading'
			? `, down ${rateWithUnit(torrent.downloadRate)}, up ${rateWithUnit(torrent.uploadRate)}, ${duration(torrent.eta)} left`
			: torrent.state === 'seeding'
				? `, up ${rateWithUnit(torrent.uploadRate)}`
				: '';
	const reason = torrent.reason ? `. ${terminalText(torrent.reason.text)}` : '';
	return {
		// Countdowns in a reason are not news.
		key: `${torrent.id} ${torrent.state} ${Math.floor(part * 10)} ${torrent.reason?.text.replace(/\d+/g, '') ?? ''}`,
		line: `${nameText(torrent.name)}: ${stateWord(torrent)}, ${percent(part, 1, 0)}${moving}${reason}`,
	};
}

/** Where the keys go, and the row they are on. */
function place(state: ScreenState): {readonly name: string; readonly row: string} {
	const {view} = state;
	const name = placeName(view);
	const list = activeList(view);
	if (!list) return {name, row: view.pane === 'pieces' && view.cell >= 0 ? `cell ${view.cell + 1}` : ''};
	const shown = entries(state, list);
	const at = cursorRow(shown, view.lists[list], list);
	const text = shown[at]?.text;
	return {
		name,
		row: text === undefined ? 'nothing here' : `${terminalText(text)}, ${at + 1} of ${shown.length}`,
	};
}

/** What a screen reader is to be told now, in whole lines, and what has been said then. */
export function speak(
	state: ScreenState,
	said: Said,
	dialogLines: readonly string[],
): {readonly lines: readonly string[]; readonly said: Said} {
	const lines: string[] = [];
	const stands = standing(state);
	if (stands && stands.key !== said.standing) lines.push(stands.line);
	const {name, row} = place(state);
	// A row that changes by itself is no news, one that somebody goes to is.
	const cursor = `${name} ${row.replace(/[\d.]+/g, '')} ${row.match(/\d+ of \d+$/)?.[0].split(' ')[0] ?? ''}`;
	const {view} = state;
	const moved = cursor !== said.row && !(view.screen === 'torrent' && view.pane === 'log');
	if (name !== said.place) lines.push(row === '' ? name : `${name}: ${row}`);
	else if (moved && row !== '') lines.push(row);
	if (view.dialog !== said.dialog) {
		const before = new Set(view.dialog?.kind === said.dialog?.kind ? said.dialogLines : []);
		lines.push(...dialogLines.filter(line => line.trim() !== '' && !before.has(line)));
	}
	const notice = view.notice?.text;
	if (notice !== undefined && notice !== said.notice) lines.push(terminalText(notice));
	const log = state.model.log ?? [];
	const from = said.log
		? log.findIndex(({at, text}) => at === said.log?.at && text === said.log.text)
		: log.length - 2;
	for (const line of log.slice(Math.max(from + 1, log.length - 5)))
		lines.push(logText(line, view.screen === 'session'));
	return {
		lines,
		said: {
			torrent: view.torrent,
			standing: stands?.key,
			place: name,
			row: cursor,
			dialog: view.dialog,
			dialogLines: [...dialogLines],
			notice,
			log: log.at(-1) ?? said.log,
		},
	};
}
