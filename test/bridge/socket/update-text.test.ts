import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {LogView, Update} from '../../../source/api/snapshot.ts';
import {updateText} from '../../../source/bridge/socket/update-text.ts';

/** Log lines of which it is counted how often they are written. */
function counted(text: string): {readonly log: LogView[]; readonly written: () => number} {
	let written = 0;
	const toJSON = (): unknown => {
		written++;
		return {text};
	};
	return {log: [{at: 0, level: 'info', text, toJSON} as LogView], written: () => written};
}

test('an update is told as JSON writes it, whatever it holds and leaves out', () => {
	const session = {name: 'a "name" \u2028', freeSpace: undefined, port: 1} as never;
	const updates: Update[] = [
		{revision: 0},
		{revision: 1, session, torrents: []},
		{revision: 2, torrent: {id: 'a"b', gone: true}},
		{revision: 3, torrent: {id: 'a', peers: [], overview: undefined as never}, log: undefined as never},
		{revision: 4, torrent: undefined as never, speed: {range: 1} as never},
	];
	for (const update of updates) {
		const message = {type: 'update', watch: 3, generation: 7, update};
		assert.equal(updateText(3, 7, update), JSON.stringify(message));
	}
});

test('a section is written once, however many clients and updates it is in', () => {
	const {log, written} = counted('one');
	const texts = [0, 1, 2].map(watch => updateText(watch, 0, {revision: watch, log}));
	assert.ok(texts.every(text => text.includes('"log":[{"text":"one"}]')));
	assert.equal(written(), 1);
	const torrent = {id: 'a', trackers: counted('two').log as never};
	assert.equal(
		updateText(0, 0, {revision: 1, torrent}),
		updateText(0, 0, {revision: 1, torrent: {...torrent}}),
	);
});
