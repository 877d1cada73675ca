import type {TorrentView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import {parseDuration, parseQuantity, quantity} from '../format.js';
import {cursorRow, entries, shownPeers, shownTorrents, shownTrackers} from '../lists.js';
import type {Action, ScreenContext} from '../screen-context.js';
import {safeText} from '../text.js';
import {field} from '../text-field.js';
import type {FormField, PendingRemoval} from '../view.js';
import {openTorrent, setList} from './moving.js';
import {targetNames, targets} from './target.js';

/** How long a removal can be taken back. */
export const undoTime: Millis = 15_000;

function forAll(act: (screen: ScreenContext, torrent: TorrentView, argument: string) => void): Action {
	return (screen, argument) => {
		for (const torrent of targets(screen.state())) act(screen, torrent, argument);
	};
}

/** Sends a removal that was not taken back. */
export function carryOut(screen: ScreenContext, removal: PendingRemoval): void {
	const {view} = screen.state();
	if (!view.removals.includes(removal)) return;
	screen.setView({removals: view.removals.filter(other => other !== removal)});
	for (const id of removal.ids) screen.send({type: 'torrent.remove', id, withData: removal.withData});
}

function remove(screen: ScreenContext, torrents: readonly TorrentView[], withData: boolean): void {
	if (torrents.length === 0) return;
	const names = safeText(targetNames(torrents));
	const removal: PendingRemoval = {ids: torrents.map(torrent => torrent.id), names, withData};
	const {view} = screen.state();
	screen.setView({
		removals: [...view.removals, removal],
		...(view.screen === 'torrent' && {screen: 'session'}),
		lists: {...view.lists, torrents: {...view.lists.torrents, marks: new Set(), key: undefined}},
	});
	screen.say(
		`${withData ? 'Deleting' : 'Removing'} ${names} in 15 s: u takes it back.`,
		withData ? 'warn' : 'info',
	);
	screen.clock.after(undoTime, () => carryOut(screen, removal));
}

/** Opens the dialog that adds a torrent, with what was pasted already in it. */
export function openAdd(screen: ScreenContext, link: string): void {
	const {model} = screen.state();
	screen.setDialog({
		kind: 'form',
		title: 'Add a torrent',
		fields: [
			{
				kind: 'text',
				name: 'link',
				label: 'torrent',
				hint: 'path of a .torrent, URL, magnet link or info-hash',
				value: field(link),
			},
			{
				kind: 'text',
				name: 'dir',
				label: 'folder',
				hint: 'where the data goes',
				value: field(model.session?.dir ?? model.torrent?.overview?.dir ?? ''),
			},
			{
				kind: 'text',
				name: 'select',
				label: 'files',
				hint: 'all when empty: 1,3-5   *.mkv   >100M',
				value: field(),
			},
			{
				kind: 'choice',
				name: 'start',
				label: 'start',
				options: ['now', 'in order', 'paused, choose files first'],
				at: 0,
			},
			{kind: 'text', name: 'label', label: 'label', value: field()},
		],
		at: 0,
		preview: values => describeLink(values['link'] ?? ''),
		submit: values => {
			const wanted = (values['link'] ?? '').trim();
			if (wanted === '') return 'Type or paste a path, URL or magnet link.';
			const dir = (values['dir'] ?? '').trim();
			if (dir !== '' && !/^(?:\/|~|[A-Za-z]:[\\/])/.test(dir))
				return 'Give the folder from the root on: /srv/downloads.';
			const select = (values['select'] ?? '').trim();
			const label = (values['label'] ?? '').trim();
			const first = values['start']?.startsWith('paused') ?? false;
			screen.say('Adding …');
			screen.send(
				{
					type: 'torrent.addLink',
					link: wanted,
					options: {
						...(dir !== '' && {dir}),
						...(select !== '' && {select}),
						...(label !== '' && {label}),
						...(first && {paused: true}),
						...(values['start'] === 'in order' && {sequential: true}),
					},
				},
				reply => {
					screen.say(reply.already ? 'It was there already.' : 'Added.', 'good');
					if (reply.id) openTorrent(screen, reply.id, first ? 'files' : undefined);
				},
			);
			return undefined;
		},
	});
}

/** Says in words what a link is, before it is added. */
export function describeLink(link: string): readonly string[] {
	const text = link.trim();
	if (text === '') return [];
	const magnet = /^magnet:\?(.*)$/i.exec(text);
	if (magnet) {
		const parameters = new URLSearchParams(magnet[1]);
		const name = parameters.get('dn');
		const length = Number(parameters.get('xl') ?? Number.NaN);
		const trackers = parameters.getAll('tr').length;
		return [
			`magnet link${name ? `: ${safeText(name)}` : ''}`,
			[
				Number.isFinite(length) ? quantity(length) : undefined,
				`${trackers} tracker${trackers === 1 ? '' : 's'}`,
				parameters.getAll('xt').some(topic => topic.startsWith('urn:btmh:')) ? 'v2' : undefined,
			]
				.filter(part => part !== undefined)
				.join(' · '),
		];
	}
	if (/^https?:\/\//i.test(text)) return ['the .torrent behind a URL'];
	if (/^(?:[0-9a-f]{40}|[0-9a-f]{64}|[a-z2-7]{32})$/i.test(text))
		return ['an info-hash: the rest comes from peers'];
	return ['a .torrent file'];
}

function limitField(name: string, label: string, value: number | undefined, hint: string): FormField {
	return {
		kind: 'text',
		name,
		label,
		hint,
		value: field(value === undefined ? '' : quantity(value).replace(' ', '')),
	};
}

/** Reads a limit: nothing is none (null), wrong text is undefined. */
function readLimit(
	text: string | undefined,
	read: (text: string) => number | undefined,
): number | null | undefined {
	const trimmed = (text ?? '').trim();
	return trimmed === '' || trimmed === 'none' ? null : read(trimmed);
}

function openLimits(screen: ScreenContext): void {
	const torrents = targets(screen.state());
	const [first] = torrents;
	if (!first) return;
	screen.setDialog({
		kind: 'form',
		title: `Limits: ${safeText(targetNames(torrents))}`,
		fields: [
			limitField('down', 'download', first.maxDownload, '500K, 2M; empty for none'),
			limitField('up', 'upload', first.maxUpload, 'a second'),
			{kind: 'text', name: 'ratio', label: 'seed ratio', hint: 'stop seeding at this ratio', value: field()},
			{kind: 'text', name: 'time', label: 'seed time', hint: '30m, 2h, 1d', value: field()},
		],
		at: 0,
		submit: values => {
			const maxDownload = readLimit(values['down'], parseQuantity);
			const maxUpload = readLimit(values['up'], parseQuantity);
			const seedRatio = readLimit(values['ratio'], text =>
				/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined,
			);
			const seedTime = readLimit(values['time'], parseDuration);
			if (maxDownload === undefined || maxUpload === undefined) return 'A speed is written 500K or 2M.';
			if (seedRatio === undefined) return 'A ratio is a number, such as 1.5.';
			if (seedTime === undefined) return 'A time is written 30m, 2h or 1d.';
			for (const torrent of torrents) {
				screen.send({
					type: 'torrent.limits',
					id: torrent.id,
					maxDownload,
					maxUpload,
					...(seedRatio !== null && {seedRatio}),
					...(seedTime !== null && {seedTime}),
				});
			}
			return undefined;
		},
	});
}

function ask(
	screen: ScreenContext,
	title: string,
	fieldLabel: string,
	hint: string,
	start: string,
	submit: (value: string) => string | undefined,
): void {
	screen.setDialog({
		kind: 'form',
		title,
		fields: [{kind: 'text', name: 'value', label: fieldLabel, hint, value: field(start)}],
		at: 0,
		submit: values => submit((values['value'] ?? '').trim()),
	});
}

function underCursor<Item>(
	screen: ScreenContext,
	list: 'peers' | 'trackers',
	items: readonly Item[],
): Item | undefined {
	const state = screen.state();
	return items[cursorRow(entries(state, list), state.view.lists[list])];
}

function queue(by: 1 | -1): Action {
	return screen => {
		const [torrent] = targets(screen.state());
		if (!torrent) return;
		setList(screen, 'torrents', {key: torrent.id});
		screen.send({type: 'torrent.queue', id: torrent.id, position: Math.max(1, torrent.queue + by)});
	};
}

/** Everything that is done to torrents, their peers and trackers, and the session. */
export const torrentActions: Readonly<Record<string, Action>> = {
	pause: screen => {
		const torrents = targets(screen.state());
		const resume = torrents.every(torrent => torrent.state === 'paused' || torrent.state === 'failed');
		for (const {id} of torrents) screen.send({type: resume ? 'torrent.resume' : 'torrent.pause', id});
	},
	resume: forAll((screen, {id}) => screen.send({type: 'torrent.resume', id})),
	'pause-all': screen => {
		const torrents = screen.state().model.torrents ?? targets(screen.state());
		const resume = torrents.every(torrent => torrent.state === 'paused');
		screen.send(
			{type: resume ? 'session.resumeAll' : 'session.pauseAll'},
			resume ? 'All go on.' : 'All paused.',
		);
	},
	add: (screen, argument) => openAdd(screen, argument),
	remove: screen => remove(screen, targets(screen.state()), false),
	'remove-data': screen => {
		const torrents = targets(screen.state());
		if (torrents.length === 0) return;
		screen.setDialog({
			kind: 'ask',
			title: 'Remove with its data?',
			lines: [safeText(targetNames(torrents)), ...torrents.slice(0, 3).map(({dir}) => `in ${safeText(dir)}`)],
			choices: [
				{key: 'y', label: 'delete the data', run: () => remove(screen, torrents, true)},
				{key: 'd', label: 'remove, keep the data', run: () => remove(screen, torrents, false)},
				{key: 'n', label: 'keep all', run: () => undefined},
			],
		});
	},
	undo: screen => {
		const {view} = screen.state();
		const last = view.removals.at(-1);
		if (!last) return;
		screen.setView({removals: view.removals.slice(0, -1)});
		screen.say(`${last.names} stays.`, 'good');
	},
	verify: forAll((screen, {id, name}) =>
		screen.send({type: 'torrent.verify', id}, `Checking ${safeText(name)}.`),
	),
	reannounce: forAll((screen, {id}) => screen.send({type: 'torrent.reannounce', id}, 'Asking for peers.')),
	sequential: forAll((screen, {id, sequential}) =>
		screen.send(
			{type: 'torrent.sequential', id, on: !sequential},
			sequential ? 'Rarest pieces first.' : 'Pieces in order.',
		),
	),
	'super-seed': forAll((screen, {id, superSeeding}) =>
		screen.send({type: 'torrent.superSeed', id, on: !superSeeding}),
	),
	limits: openLimits,
	'session-limits': screen => {
		const session = screen.state().model.session;
		screen.setDialog({
			kind: 'form',
			title: 'Limits of all torrents together',
			fields: [
				limitField('down', 'download', session?.maxDownload, '500K, 2M; empty for none'),
				limitField('up', 'upload', session?.maxUpload, 'a second'),
			],
			at: 0,
			submit: values => {
				const maxDownload = readLimit(values['down'], parseQuantity);
				const maxUpload = readLimit(values['up'], parseQuantity);
				if (maxDownload === undefined || maxUpload === undefined) return 'A speed is written 500K or 2M.';
				screen.send({type: 'session.limits', maxDownload, maxUpload});
				return undefined;
			},
		});
	},
	slow: screen => {
		const on = !(screen.state().model.session?.slowMode ?? false);
		screen.send({type: 'session.slowMode', on}, on ? 'Slow mode.' : 'Full speed.');
	},
	label: (screen, argument) => {
		const torrents = targets(screen.state());
		const set = (label: string) => {
			for (const {id} of torrents) screen.send({type: 'torrent.label', id, label});
			return undefined;
		};
		if (argument) set(argument);
		else ask(screen, 'Label', 'label', 'empty for none', torrents[0]?.label ?? '', set);
	},
	move: (screen, argument) => {
		const torrents = targets(screen.state());
		const [first] = torrents;
		if (!first) return;
		const set = (dir: string) => {
			if (!/^(?:\/|~|[A-Za-z]:[\\/])/.test(dir)) return 'Give the folder from the root on: /srv/downloads.';
			for (const {id} of torrents) screen.send({type: 'torrent.move', id, dir}, `Moving to ${dir}.`);
			return undefined;
		};
		if (argument) {
			const problem = set(argument);
			if (problem) screen.say(problem, 'warn');
		} else
			ask(
				screen,
				`Move the data of ${safeText(targetNames(torrents))}`,
				'folder',
				'from the root on',
				first.dir,
				set,
			);
	},
	copy: screen => {
		const magnets = targets(screen.state()).map(torrent => torrent.magnet);
		if (magnets.length === 0) return;
		screen.copy(magnets.join('\n'));
		screen.say(
			magnets.length === 1 ? 'Magnet link copied.' : `${magnets.length} magnet links copied.`,
			'good',
		);
	},
	'queue-up': queue(-1),
	'queue-down': queue(1),
	mark: screen => {
		const state = screen.state();
		const {marks} = state.view.lists.torrents;
		const entry = entries(state, 'torrents')[
			cursorRow(entries(state, 'torrents'), state.view.lists.torrents)
		];
		if (!entry) return;
		const changed = new Set(marks);
		if (!changed.delete(entry.key)) changed.add(entry.key);
		setList(screen, 'torrents', {marks: changed});
		screen.run('down', '', 'down');
	},
	'mark-all': screen => {
		const {view} = screen.state();
		const list = view.screen === 'session' ? 'torrents' : 'files';
		const all = entries(screen.state(), list).map(entry => entry.key);
		setList(screen, list, {marks: new Set(view.lists[list].marks.size > 0 ? [] : all)});
	},
	'peer-add': (screen, argument) => {
		const id = screen.state().view.torrent;
		if (id === undefined) return;
		const set = (address: string) => {
			if (!/^\[?[\w.:-]+\]?:\d{1,5}$/.test(address))
				return 'An address has a port: 192.0.2.1:6881 or [2001:db8::1]:6881.';
			screen.send({type: 'peer.add', id, address}, `Connecting to ${address}.`);
			return undefined;
		};
		if (argument) {
			const problem = set(argument);
			if (problem) screen.say(problem, 'warn');
		} else ask(screen, 'Connect to a peer', 'address', 'host:port', '', set);
	},
	'peer-kick': screen => {
		const peer = underCursor(screen, 'peers', shownPeers(screen.state()));
		const id = screen.state().view.torrent;
		if (peer && id !== undefined)
			screen.send({type: 'peer.kick', id, peer: peer.id}, `Disconnected ${peer.address}.`);
	},
	'peer-ban': screen => {
		const peer = underCursor(screen, 'peers', shownPeers(screen.state()));
		const id = screen.state().view.torrent;
		if (!peer || id === undefined) return;
		screen.setDialog({
			kind: 'ask',
			title: 'Ban this peer?',
			lines: [`${peer.address}  ${safeText(peer.client)}`],
			choices: [
				{
					key: 'y',
					label: 'ban it',
					run: () => screen.send({type: 'peer.ban', id, peer: peer.id}, `Banned ${peer.address}.`),
				},
				{key: 'n', label: 'keep it', run: () => undefined},
			],
		});
	},
	'tracker-add': (screen, argument) => {
		const id = screen.state().view.torrent;
		if (id === undefined) return;
		const set = (url: string) => {
			if (!/^(?:https?|udp):\/\/[^\s/]+/i.test(url))
				return 'A tracker is an http://, https:// or udp:// URL.';
			screen.send({type: 'tracker.add', id, url}, 'Tracker added.');
			return undefined;
		};
		if (argument) {
			const problem = set(argument);
			if (problem) screen.say(problem, 'warn');
		} else ask(screen, 'Add a tracker', 'URL', 'http, https or udp', '', set);
	},
	'tracker-remove': screen => {
		const tracker = underCursor(screen, 'trackers', shownTrackers(screen.state()));
		const id = screen.state().view.torrent;
		if (!tracker || id === undefined) return;
		if (tracker.kind !== 'tracker') {
			screen.say('Only trackers can be removed here.', 'warn');
			return;
		}
		screen.setDialog({
			kind: 'ask',
			title: 'Remove this tracker?',
			lines: [safeText(tracker.url)],
			choices: [
				{
					key: 'y',
					label: 'remove it',
					run: () => screen.send({type: 'tracker.remove', id, url: tracker.url}, 'Tracker removed.'),
				},
				{key: 'n', label: 'keep it', run: () => undefined},
			],
		});
	},
	inspect: screen => {
		const {view, model} = screen.state();
		const cells = model.torrent?.pieces?.cells.length ?? 0;
		if (view.torrent === undefined || cells === 0) return;
		const cell = Math.max(0, view.cell);
		screen.send({type: 'piece.inspect', id: view.torrent, cell, cells}, ({inspection}) => {
			if (inspection) screen.setDialog({kind: 'inspection', inspection, cell});
		});
	},
	torrent: (screen, argument) => {
		const found = shownTorrents(screen.state()).find(({name}) =>
			name.toLowerCase().includes(argument.toLowerCase()),
		);
		if (found) openTorrent(screen, found.id);
		else screen.say(`No torrent here is called “${argument}”.`, 'warn');
	},
};
