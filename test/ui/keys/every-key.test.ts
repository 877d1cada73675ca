import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {FilePriority, TorrentState} from '../../../source/api/snapshot.ts';
import {pressKey} from '../../../source/ui/app/press-key.ts';
import {drawDialog} from '../../../source/ui/dialogs/dialog-drawing.ts';
import {keyTable} from '../../../source/ui/keys/key-table.ts';
import {lookup, recordsHere} from '../../../source/ui/keys/keymap.ts';
import {paneNames} from '../../../source/ui/look/layout.ts';
import {chosenFiles} from '../../../source/ui/model/chosen-files.ts';
import {feedParts} from '../../../source/ui/model/feeds-place.ts';
import {activeList, entries} from '../../../source/ui/model/lists.ts';
import {networkPanes} from '../../../source/ui/model/network-place.ts';
import {rowUnder, targets} from '../../../source/ui/model/targets.ts';
import {groupings, isGroup} from '../../../source/ui/model/torrent-groups.ts';
import {shownTorrents} from '../../../source/ui/model/torrent-list.ts';
import {fitRow, rowText} from '../../../source/ui/present/row.ts';
import {terminalText} from '../../../source/ui/text/text.ts';
import {type BareScreen, openBareScreen} from '../../helpers/bare-screen.ts';
import {seeded} from '../../helpers/fake-engine.ts';
import {fakeFeeds} from '../../helpers/fake-feeds.ts';
import {fakeFound} from '../../helpers/fake-network.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

const everyKey = [...new Set(keyTable.flatMap(({keys}) => keys))];
const sizes = [
	[80, 24],
	[120, 40],
	[40, 10],
	[39, 10],
	[60, 9],
	[24, 4],
	[12, 1],
] as const;

/** Ways to stand somewhere: each brings a screen into a state. */
const standing: Readonly<Record<string, (bare: BareScreen) => void>> = {
	'a fresh list': () => {},
	'a list of one': ({set, state}) =>
		set({model: {...state().model, torrents: state().model.torrents?.slice(0, 1)}}),
	'an empty list': ({set, state}) => set({model: {session: state().model.session, torrents: []}}),
	'an engine that says nothing': ({set}) => set({model: {}}),
	'a filter that nothing matches': ({setView, state}) => {
		const {lists} = state().view;
		setView({lists: {...lists, torrents: {...lists.torrents, filter: 'no such thing'}}});
	},
	'marks of torrents that are gone': ({setView, state}) => {
		const {lists} = state().view;
		setView({lists: {...lists, torrents: {...lists.torrents, marks: new Set(['gone'])}}});
	},
	...Object.fromEntries(
		paneNames.map(pane => [
			`a torrent at its ${pane}`,
			({setView, engine}: BareScreen) => setView({screen: 'torrent', torrent: engine.id, pane}),
		]),
	),
	...Object.fromEntries(
		paneNames.map(pane => [
			`a torrent of which nothing is known at its ${pane}`,
			({set, setView, engine}: BareScreen) => {
				set({model: {}});
				setView({screen: 'torrent', torrent: engine.id, pane});
			},
		]),
	),
	...Object.fromEntries(
		networkPanes.map(pane => [
			`the Network view at its ${pane}`,
			({set, setView, state}: BareScreen) => {
				const found = {wish: '', torrents: fakeFound, errors: []};
				set({model: {...state().model, found}});
				setView({screen: 'network', network: {...state().view.network, pane}});
			},
		]),
	),
	...Object.fromEntries(
		feedParts.flatMap(feedPart => [
			[
				`the Feeds view at its ${feedPart}`,
				({set, setView, state}: BareScreen) => {
					set({model: {...state().model, feeds: fakeFeeds}});
					setView({screen: 'feeds', feedPart});
				},
			],
			[
				`the Feeds view without feeds at its ${feedPart}`,
				({set, setView, state}: BareScreen) => {
					set({model: {...state().model, feeds: {feeds: []}}});
					setView({screen: 'feeds', feedPart});
				},
			],
		]),
	),
	'the Network view of an engine that says nothing': ({set, setView}) => {
		set({model: {}});
		setView({screen: 'network'});
	},
	'files of which a filter shows none': ({setView, state, engine}) => {
		const {lists} = state().view;
		setView({
			screen: 'torrent',
			torrent: engine.id,
			pane: 'files',
			lists: {...lists, files: {...lists.files, filter: 'no such thing'}},
		});
	},
};

/** What is drawn of the open dialog, as text. */
function drawn({screen, state}: BareScreen): string {
	const drawing = drawDialog(screen);
	if (!drawing) return '';
	const {columns} = state();
	if (drawing.kind === 'line') return rowText(fitRow(drawing.row, columns)).trim();
	return drawing.kind === 'details' ? drawing.torrent.name : drawing.content.title;
}

for (const [name, stand] of Object.entries(standing)) {
	test(`whatever key is pressed at ${name}, a dialog that takes the keys is drawn, at every size`, async () => {
		for (const [columns, rows] of sizes) {
			for (const key of everyKey) {
				const bare = await openBareScreen(columns, rows, {torrents: 6});
				stand(bare);
				pressKey(bare.screen, key);
				bare.clock.turn(2000);
				if (bare.state().view.dialog)
					assert.notEqual(drawn(bare), '', `${key} at ${columns}x${rows}: ${bare.state().view.dialog?.kind}`);
			}
		}
	});
}

test('a dialog whose torrent goes away is not open any more: the next key means what it says', async () => {
	const bare = await openBareScreen(80, 24, {torrents: 6});
	pressKey(bare.screen, 'i');
	assert.notEqual(drawn(bare), '');
	bare.set({model: {...bare.state().model, torrents: []}});
	assert.equal(drawn(bare), '');
	pressKey(bare.screen, '?');
	assert.equal(bare.state().view.dialog?.kind, 'help');
});

for (const [columns, rows] of [
	[80, 24],
	[40, 10],
	[30, 6],
] as const) {
	test(`at ${columns}x${rows} the frame shows every dialog that a key of a fresh list opens`, async () => {
		const shown: Readonly<Record<string, RegExp>> = {
			i: /Details/,
			'?': /Help/,
			',': /Settings|Theme/,
			':': /:/,
			'/': /\//,
			f: /filter:/,
			s: /sort by/,
			a: /Add a torrent|torrent:/,
			L: /Limits|download:/,
			b: /Label|label:/,
			m: /Move the data|folder:/,
			D: /Remove with its data/,
			'\u0014': /Limits of all|download:/,
			q: /Leave/,
		};
		for (const [key, title] of Object.entries(shown)) {
			const {terminal, close} = await openTestScreen(columns, rows, {list: true});
			assert.doesNotMatch(terminal.text(), /Help|Details|Leave|Limits|Settings/);
			await terminal.press(key);
			assert.match(terminal.text(), title, `${key}\n${terminal.text()}`);
			await close();
		}
	});
}

/** What a label promises, checked against what the key did. */
type Promise = (bare: BareScreen, label: string, before: ReturnType<BareScreen['state']>) => unknown;

function sentTo(bare: BareScreen, type: string, before: ReturnType<BareScreen['state']>): void {
	const wanted = targets(before).map(({id}) => ({type, id}));
	assert.deepEqual(
		bare.sent.map(command => ({type: command.type, id: (command as {id?: string}).id})),
		wanted,
	);
}

const promises: Readonly<Record<string, Promise>> = {
	pause: (bare, label, before) => {
		if (label === 'resume …') assert.equal(bare.state().view.dialog?.kind, 'ask');
		else sentTo(bare, {pause: 'torrent.pause', resume: 'torrent.resume'}[label] ?? label, before);
	},
	'pause-all': (bare, label) =>
		assert.deepEqual(
			bare.sent.map(({type}) => type),
			[{'pause all': 'session.pauseAll', 'resume all': 'session.resumeAll'}[label]],
		),
	sequential: (bare, label, before) => {
		sentTo(bare, 'torrent.sequential', before);
		for (const command of bare.sent)
			assert.equal((command as {on: boolean}).on, {'in order': true, 'any order': false}[label]);
	},
	'super-seed': (bare, label, before) => {
		sentTo(bare, 'torrent.superSeed', before);
		for (const command of bare.sent)
			assert.equal((command as {on: boolean}).on, {'super-seed': true, 'seed all alike': false}[label]);
	},
	slow: (bare, label) =>
		assert.deepEqual(bare.sent, [
			{type: 'session.slowMode', on: {'slow mode': true, 'full speed': false}[label]},
		]),
	'file-wanted': (bare, label, before) => {
		const priority = {want: 2, skip: 0}[label];
		const files = before.model.torrent?.files ?? [];
		const now = before.model.torrent?.progress?.priority ?? [];
		const changed = chosenFiles(before).filter(position => now[position] !== priority);
		// Something always changes: what is skipped becomes wanted, or something wanted is skipped.
		assert.ok(changed.length > 0);
		assert.deepEqual(bare.sent, [
			{
				type: 'files.priority',
				id: before.model.torrent?.id,
				files: changed.map(position => files[position]?.index),
				priority,
			},
		]);
	},
	'mark-all': ({state}, label, before) => {
		const list = before.view.screen === 'session' ? 'torrents' : 'files';
		const after = state().view.lists[list].marks;
		if (label === 'mark none') assert.equal(after.size, 0);
		else
			assert.deepEqual(
				[...after],
				list === 'torrents'
					? shownTorrents(before).map(({id}) => id)
					: entries(before, list).map(({key}) => key),
			);
	},
	mark: ({state}, label, before) => {
		const row = rowUnder(before)!;
		const ids = isGroup(row) ? row.torrents.map(({id}) => id) : [row.id];
		const {marks} = state().view.lists.torrents;
		for (const id of ids) assert.equal(marks.has(id), {mark: true, unmark: false}[label]);
	},
	'mark-file': ({state}, label, before) =>
		assert.equal(
			state().view.lists.files.marks.size - before.view.lists.files.marks.size,
			{mark: 1, unmark: -1}[label],
		),
	groups: ({state}) => assert.equal(state().view.dialog?.kind, 'group'),
	columns: ({state}, _label, before) => {
		const {dialog} = state().view;
		assert.ok(dialog?.kind === 'columns' && dialog.list === activeList(before.view));
	},
	'fold-groups': ({state}, label) =>
		assert.equal(state().view.foldedGroups.size > 0, {'fold all': true, 'unfold all': false}[label]),
	'next-trouble': ({state}) => {
		const row = rowUnder(state());
		assert.ok(row && !isGroup(row) && (row.state === 'failed' || row.stalledFor !== undefined));
	},
	'log-details': ({state}, label) => assert.equal(state().view.details, {details: true, less: false}[label]),
	'fold-all': ({state}, label) =>
		assert.equal(state().view.folded.size > 0, {'fold all': true, 'unfold all': false}[label]),
	back: ({state}, label, before) => {
		const list = activeList(before.view);
		const now = state().view;
		if (label === 'list') assert.equal(now.screen, 'session');
		else assert.equal(now.screen, before.view.screen);
		if (label === 'clear filter' && list) assert.equal(now.lists[list].filter, '');
		if (label === 'mark none' && list) assert.equal(now.lists[list].marks.size, 0);
		if (label === 'leave the grid') assert.equal(now.cell, -1);
		if (label === 'shrink') assert.equal(now.grow, 'share');
	},
	details: ({state}) => assert.equal(state().view.dialog?.kind, 'details'),
	'peer-kick': ({state}) => assert.equal(state().view.dialog?.kind, 'ask'),
	'tracker-look': ({state}) => assert.equal(state().view.dialog?.kind, 'facts'),
	'peer-look': ({state}) => assert.equal(state().view.dialog?.kind, 'peer'),
	'peer-ban': ({state}) => assert.equal(state().view.dialog?.kind, 'ask'),
	'tracker-remove': ({state}) => assert.equal(state().view.dialog?.kind, 'ask'),
	inspect: bare =>
		assert.deepEqual(
			bare.sent.map(({type}) => type),
			['piece.inspect'],
		),
	copy: bare => assert.equal(bare.copied.length, 1),
	verify: (bare, _label, before) => sentTo(bare, 'torrent.verify', before),
	reannounce: (bare, _label, before) => sentTo(bare, 'torrent.reannounce', before),
	undo: ({state}, _label, before) =>
		assert.equal(state().view.removals.length, before.view.removals.length - 1),
	remove({state}, _label, before) {
		const {dialog} = state().view;
		// What is not marked is asked about first: one key alone may be a letter of a word.
		if (dialog?.kind === 'ask') dialog.choices.find(({key}) => key === 'y')?.run();
		assert.deepEqual(
			state().view.removals.at(-1)?.ids,
			targets(before).map(({id}) => id),
		);
	},
	'remove-data': ({state}, _label, before) => {
		const {dialog} = state().view;
		assert.ok(dialog?.kind === 'ask');
		const text = dialog.lines.join('\n');
		for (const {name} of targets(before).slice(0, 5))
			assert.ok(text.includes(terminalText(name)), `${name} in ${text}`);
	},
};

const states: readonly TorrentState[] = ['downloading', 'seeding', 'paused', 'failed', 'queued', 'finished'];

/** Brings a screen into a state that chance chose. */
function shake(bare: BareScreen, random: () => number): void {
	const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
	const some = (keys: readonly string[]) => new Set(keys.filter(() => random() < 0.4));
	const mostly = pick(states);
	bare.mapTorrents(torrent => ({
		...torrent,
		state: random() < 0.6 ? mostly : pick(states),
		sequential: random() < 0.5,
		...(random() < 0.3 && {inTheWay: {path: 'a/b', files: 2, size: 3, length: 4}}),
		superSeeding: random() < 0.5,
		stalledFor: random() < 0.1 ? 60 : undefined,
	}));
	const {model, view} = bare.state();
	const {torrent} = model;
	if (torrent && random() < 0.9) {
		const priority =
			torrent.files?.map(() => (random() < 0.5 ? 0 : Math.floor(random() * 5)) as FilePriority) ?? [];
		const completed = torrent.files?.map(file => (random() < 0.5 ? file.length : 0)) ?? [];
		bare.set({model: {...model, torrent: {...torrent, progress: {priority, completed}}}});
	}
	if (random() < 0.15) bare.set({model: {...bare.state().model, torrents: []}});
	if (random() < 0.1) bare.set({model: {}});
	const shown = bare.state();
	const marks = (list: 'torrents' | 'files') =>
		random() < 0.5 ? some(entries(shown, list).map(({key}) => key)) : new Set<string>();
	const cursor = (list: 'torrents' | 'files' | 'trackers') =>
		pick([undefined, ...entries(shown, list).map(({key}) => key)]);
	bare.setView({
		screen: pick(['session', 'torrent', 'torrent']),
		torrent: bare.engine.id,
		pane: pick(paneNames),
		grow: pick(['share', 'half', 'full']),
		cell: pick([-1, 0, 7]),
		query: pick(['', 'rain']),
		details: random() < 0.5,
		folded:
			random() < 0.5
				? some(['field-recordings-2026-flac/dawn', 'field-recordings-2026-flac/dusk'])
				: new Set(),
		lists: {
			...view.lists,
			torrents: {
				...view.lists.torrents,
				marks: marks('torrents'),
				key: cursor('torrents'),
				filter: pick(['', '', 'linux', 'none such']),
			},
			files: {
				...view.lists.files,
				marks: marks('files'),
				key: cursor('files'),
				filter: pick(['', '', 'rain', 'none such']),
			},
			trackers: {...view.lists.trackers, key: cursor('trackers')},
		},
	});
	bare.set({preferences: {...bare.state().preferences, group: pick(groupings)}});
}

test('what a key is said to do is what it does, over the same torrents and files', async () => {
	const seed = 20261126;
	const random = seeded(seed);
	const kept = new Map<string, number>();
	for (let turn = 0; turn < 250; turn++) {
		const bare = await openBareScreen(100, 30, {torrents: 6, seed: turn, unknown: turn % 5 === 4});
		shake(bare, random);
		const before = bare.state();
		for (const record of recordsHere(keyTable, before.view)) {
			const key = record.keys.find(each => lookup(keyTable, each, before.view) === record);
			if (key === undefined) continue;
			bare.sent.length = 0;
			bare.copied.length = 0;
			bare.set({...before, view: {...before.view, notice: undefined}});
			const offer = record.when(bare.screen);
			const about = `seed ${seed}, turn ${turn}: ${key} (${record.name}, “${typeof offer === 'string' ? offer : offer.label}”)`;
			pressKey(bare.screen, key);
			if (typeof offer === 'string') {
				assert.deepEqual(bare.sent, [], about);
				assert.equal(bare.state().view.dialog, undefined, about);
				assert.deepEqual(bare.state().view.notice, {text: offer, level: 'warn'}, about);
				continue;
			}
			const promise = promises[record.name];
			if (!promise) continue;
			kept.set(record.name, (kept.get(record.name) ?? 0) + 1);
			try {
				promise(bare, offer.label, before);
			} catch (error) {
				throw new Error(`${about}: ${(error as Error).message}`);
			}
		}
	}
	for (const command of Object.keys(promises))
		if (command !== 'undo') assert.ok((kept.get(command) ?? 0) > 0, `${command} was never tried`);
});

test('a command that is typed by its name is refused for the same reason as its key', async () => {
	const {terminal, engine, close} = await openTestScreen(80, 24, {list: true});
	await engine.send({type: 'torrent.remove', id: engine.id, withData: false});
	await terminal.press('f', 'no such thing', '\r', ':', 'details', '\r');
	assert.match(terminal.line(23), /There is no torrent here/);
	await terminal.press(':', 'file-wanted', '\r');
	assert.match(terminal.line(23), /That is done on a torrent/);
	await close();
});

test('a torrent that was just opened is the one that keys act on, before the engine has said more of it', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {list: true});
	await terminal.press('\r', '\u001B');
	const [listener] = engine.listeners();
	assert.ok(listener);
	await terminal.press('j');
	engine.close();
	await terminal.press('\r', 'p');
	const command = engine.sent.at(-1);
	assert.ok(command?.type === 'torrent.pause' || command?.type === 'torrent.resume');
	assert.notEqual(command.id, engine.id);
	await close();
});
