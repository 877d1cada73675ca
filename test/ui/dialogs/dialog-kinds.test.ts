import assert from 'node:assert/strict';
import {test} from 'node:test';
import {pasted} from '../../../source/ui/dialogs/dialog-keys.ts';
import {kindOf} from '../../../source/ui/dialogs/dialog-kinds.ts';
import type {Dialog} from '../../../source/ui/model/dialog.ts';
import {paintedWeek} from '../../../source/ui/model/painted-week.ts';
import {rowText} from '../../../source/ui/present/row.ts';
import {field, fieldText} from '../../../source/ui/text/text-field.ts';
import {openBareScreen} from '../../helpers/bare-screen.ts';
import {fakeDht} from '../../helpers/fake-engine.ts';

const fields = [
	{kind: 'text', name: 'link', label: 'torrent', value: field('abc')},
	{kind: 'choice', name: 'start', label: 'start', options: ['now', 'paused'], at: 0},
] as const;

/** A dialog of each kind there is: one that is missing here is an error of types. */
const dialogs: {readonly [Name in Dialog['kind']]: Extract<Dialog, {kind: Name}>} = {
	add: {kind: 'add', fields, at: 0, preview: {kind: 'none'}},
	ask: {kind: 'ask', title: 'Sure?', lines: [], choices: [{key: 'y', label: 'yes', run: () => {}}]},
	choose: {
		kind: 'choose',
		id: 'a',
		fields,
		at: 0,
		preview: {
			kind: 'known',
			link: 'a',
			torrent: {
				id: 'a',
				name: 'a',
				length: 5,
				pieceLength: 16_384,
				pieces: 1,
				private: false,
				trackers: 0,
				already: true,
				files: [{index: 0, path: ['a'], length: 5}],
				fileCount: 1,
			},
			priorities: [2],
			folded: new Set(),
			row: 0,
		},
	},
	create: {kind: 'create', fields, at: 0},
	creation: {kind: 'creation', id: 1},
	details: {kind: 'details'},
	dht: {kind: 'dht', dht: fakeDht, top: 0},
	facts: {kind: 'facts', title: 'Tracker', facts: [['URL', 'udp://t.example']], command: 'tracker-look'},
	find: {kind: 'find', query: field('abc'), chosen: undefined},
	form: {kind: 'form', title: 'Form', fields, at: 0, submit: () => undefined},
	help: {kind: 'help', query: field(), top: 0},
	week: {kind: 'week', week: paintedWeek([]), day: 0, slot: 0, moved: false},
	stream: {
		kind: 'stream',
		name: 'film.mkv',
		stream: {
			stream: 's',
			url: 'http://127.0.0.1:4/t/film.mkv',
			files: [],
			notes: ['it was paused, and runs again'],
		},
	},
	inspection: {
		kind: 'inspection',
		cell: 3,
		inspection: {
			piece: 3,
			pieces: 1,
			state: 'missing',
			length: 16_384,
			blocks: 1,
			blocksHave: 0,
			holders: 1,
			requestedFrom: [],
			files: ['a'],
		},
	},
	line: {kind: 'line', prompt: '/', value: field('abc'), before: ''},
	peer: {
		kind: 'peer',
		wall: 0,
		peer: {
			...{id: 1, address: '192.0.2.1:6881', client: 'a', flags: 'D', transport: 'tcp', encrypted: false},
			...{source: 'dht', progress: 0.5, downloadRate: 0, uploadRate: 0, downloaded: 0, uploaded: 0},
			...{requested: 0, queued: 0},
		},
	},
	logLine: {kind: 'logLine', line: {at: 0, level: 'warn', text: 'it does not answer', name: 'a', times: 3}},
	quit: {kind: 'quit'},
	settings: {kind: 'settings', at: 0},
	columns: {kind: 'columns', list: 'torrents', at: 0, room: 80, before: undefined},
	group: {kind: 'group'},
	sort: {kind: 'sort', list: 'peers'},
};

for (const dialog of Object.values(dialogs)) {
	test(`the ${dialog.kind} dialog says something in one row and in a box, and Esc closes it`, async () => {
		const {screen, state} = await openBareScreen(80, 24);
		screen.setDialog(dialog);
		const kind = kindOf(dialog);
		assert.notEqual(rowText(kind.line(dialog, 30, screen)).trim(), '');
		if (kind.shape === 'box') assert.ok(kind.rows?.(dialog, {columns: 74, rows: 24}, screen).rows.length);
		else assert.equal(kind.rows, undefined);
		kind.key(screen, dialog, 'esc');
		assert.equal(state().view.dialog, undefined);
	});

	test(`what is pasted into the ${dialog.kind} dialog goes into its field, or is a torrent to add`, async () => {
		const {screen, state} = await openBareScreen(80, 24);
		screen.setDialog(dialog);
		pasted(screen, 'def');
		const now = state().view.dialog;
		if (now?.kind === 'find') assert.equal(fieldText(now.query), 'abcdef');
		else if (now?.kind === 'line') assert.equal(fieldText(now.value), 'abcdef');
		else {
			const [first] = now && 'fields' in now ? now.fields : [];
			assert.ok(first?.kind === 'text', now?.kind);
			const isOwn = ['form', 'add', 'choose', 'create'].includes(dialog.kind);
			assert.equal(fieldText(first.value), isOwn ? 'abcdef' : 'def');
		}
	});
}

test('a kind that there is none of is an error of types', async () => {
	const {screen} = await openBareScreen(80, 24);
	// @ts-expect-error
	screen.setDialog({kind: 'riddle'});
	// @ts-expect-error
	screen.setDialog({kind: 'sort', list: 'riddles'});
});
