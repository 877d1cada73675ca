import type {Reannouncement} from '../../api/command.js';
import type {TorrentView} from '../../api/snapshot.js';
import {cursorRow, entries, shownTorrents} from '../model/lists.js';
import {reannounced, reannouncedAll} from '../present/reannounced.js';
import type {Action, ScreenContext} from '../screen/screen-context.js';
import {parseDuration, parseQuantity} from '../text/format.js';
import {pastedLink} from '../text/pasted-links.js';
import {safeText} from '../text/text.js';
import {field} from '../text/text-field.js';
import {openAdd} from './adding.js';
import {ask} from './ask.js';
import {askToOverwrite} from './in-the-way.js';
import {limitField, readLimit} from './limit-field.js';
import {openTorrent, setList} from './moving.js';
import {removalActions} from './removing.js';
import {openSessionLimits} from './session-limits.js';
import {swarmActions} from './swarm.js';
import {targetLines, targetNames, targets} from './target.js';

function forAll(act: (screen: ScreenContext, torrent: TorrentView, argument: string) => void): Action {
	return (screen, argument) => {
		for (const torrent of targets(screen.state())) act(screen, torrent, argument);
	};
}

/** Names what a form is about where its title cannot. */
function namesOf(torrents: readonly TorrentView[]): readonly string[] {
	return torrents.length > 1 ? targetLines(torrents) : [];
}

function openLimits(screen: ScreenContext): void {
	const torrents = targets(screen.state());
	const [first] = torrents;
	if (!first) return;
	screen.setDialog({
		kind: 'form',
		title: `Limits: ${targetNames(torrents)}`,
		preview: () => namesOf(torrents),
		fields: [
			limitField('down', 'download', first.maxDownload, '500K, 2M; empty for none'),
			limitField('up', 'upload', first.maxUpload, 'a second'),
			{
				kind: 'text',
				name: 'ratio',
				label: 'seed ratio',
				hint: 'stop seeding at this ratio; none; empty: as it is',
				value: field(),
			},
			{
				kind: 'text',
				name: 'time',
				label: 'seed time',
				hint: '30m, 2h, 1d; none; empty: as it is',
				value: field(),
			},
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
					...((values['ratio'] ?? '').trim() !== '' && {seedRatio}),
					...((values['time'] ?? '').trim() !== '' && {seedTime}),
				});
			}
			return undefined;
		},
	});
}

function queue(by: 1 | -1): Action {
	return screen => {
		const [torrent] = targets(screen.state());
		if (!torrent) return;
		setList(screen, 'torrents', {key: torrent.id});
		screen.send({type: 'torrent.queue', id: torrent.id, position: Math.max(1, torrent.queue + by)});
	};
}

/** Everything that is done to torrents and the session. */
export const torrentActions: Readonly<Record<string, Action>> = {
	pause: screen => {
		const torrents = targets(screen.state());
		const {paused, inTheWay} = screen.keyContext();
		const [only] = torrents;
		if (inTheWay && only) return askToOverwrite(screen, only);
		for (const {id} of torrents) screen.send({type: paused ? 'torrent.resume' : 'torrent.pause', id});
	},
	resume: forAll((screen, {id}) => screen.send({type: 'torrent.resume', id})),
	'pause-all': screen => {
		const {allPaused} = screen.keyContext();
		screen.send(
			{type: allPaused ? 'session.resumeAll' : 'session.pauseAll'},
			allPaused ? 'All go on as before.' : 'All paused.',
		);
	},
	add: (screen, argument) => openAdd(screen, argument),
	...removalActions,
	...swarmActions,
	verify: forAll((screen, {id, name}) =>
		screen.send({type: 'torrent.verify', id}, `Checking ${safeText(name)}.`),
	),
	reannounce: screen => {
		const torrents = targets(screen.state());
		const told: Reannouncement[] = [];
		for (const {id} of torrents) {
			screen.send({type: 'torrent.reannounce', id}, ({reannouncement}) => {
				// An engine of an earlier version does not say.
				if (reannouncement === undefined) return screen.say('Asking for peers.');
				told.push(reannouncement);
				if (told.length < torrents.length) return;
				screen.say(torrents.length === 1 ? reannounced(reannouncement) : reannouncedAll(told));
			});
		}
	},
	sequential: screen => {
		const {sequential} = screen.keyContext();
		for (const {id} of targets(screen.state()))
			screen.send(
				{type: 'torrent.sequential', id, on: !sequential},
				sequential ? 'Rarest pieces first.' : 'Pieces in order.',
			);
	},
	'super-seed': screen => {
		const on = !screen.keyContext().superSeeding;
		for (const {id} of targets(screen.state())) screen.send({type: 'torrent.superSeed', id, on});
	},
	limits: openLimits,
	'session-limits': openSessionLimits,
	slow: screen => {
		const on = !screen.keyContext().slow;
		screen.send({type: 'session.slowMode', on}, on ? 'Slow mode.' : 'Full speed.');
	},
	label: (screen, argument) => {
		const torrents = targets(screen.state());
		const set = (label: string) => {
			for (const {id} of torrents) screen.send({type: 'torrent.label', id, label});
			return undefined;
		};
		if (argument) set(argument);
		else
			ask(
				screen,
				`Label: ${targetNames(torrents)}`,
				'label',
				'empty for none',
				torrents[0]?.label ?? '',
				set,
				() => namesOf(torrents),
			);
	},
	move: (screen, argument) => {
		const torrents = targets(screen.state());
		const [first] = torrents;
		if (!first) return;
		const set = (dir: string) => {
			if (dir === '') return 'Give the folder that the data goes to.';
			const full = screen.fullPath(pastedLink(dir));
			for (const {id} of torrents)
				screen.send({type: 'torrent.move', id, dir: full}, `Moved to ${safeText(full)}.`);
			return undefined;
		};
		if (argument) {
			const problem = set(argument);
			if (problem) screen.say(problem, 'warn');
		} else
			ask(
				screen,
				`Move the data of ${targetNames(torrents)}`,
				'folder',
				'~ is your home folder',
				first.dir,
				set,
				() => namesOf(torrents),
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
	torrent: (screen, argument) => {
		const found = shownTorrents(screen.state()).find(({name}) =>
			name.toLowerCase().includes(argument.toLowerCase()),
		);
		if (found) openTorrent(screen, found.id);
		else screen.say(`No torrent here is called “${argument}”.`, 'warn');
	},
};
