import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {KeyDescription} from '../../../source/ui/keys/key-record.ts';
import {keyTable} from '../../../source/ui/keys/key-table.ts';
import {lookup, rebind} from '../../../source/ui/keys/keymap.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

function record(name: string, keys: string[], where: KeyDescription['where']): KeyDescription {
	return {name, keys, where, help: name};
}

const table = [
	record('pause', ['p'], ['torrent']),
	record('verify', ['v', 'V'], ['torrent']),
	record('priority', ['x'], ['files']),
	record('quit', ['q'], ['anywhere']),
];

const keysOf = (own: Record<string, readonly string[]>) =>
	Object.fromEntries(rebind(table, own).map(({name, keys}) => [name, keys.join(' ')]));

test('a key that is given to another command does no longer what it did', () => {
	assert.deepEqual(keysOf({verify: ['p']}), {pause: '', verify: 'p', priority: 'x', quit: 'q'});
	assert.deepEqual(keysOf({pause: ['V', 'P']}), {pause: 'V P', verify: 'v', priority: 'x', quit: 'q'});
	assert.deepEqual(keysOf({pause: ['v'], verify: ['p']}), {
		pause: 'v',
		verify: 'p',
		priority: 'x',
		quit: 'q',
	});
});

test('where the two do not meet both keep it', () => {
	assert.deepEqual(keysOf({pause: ['x']}), {pause: 'x', verify: 'v V', priority: 'x', quit: 'q'});
});

test('commands nobody named, and keys that are none, leave the table as it is', () => {
	assert.equal(rebind(table, {}), table);
	assert.equal(rebind(table, {nonsense: ['p']}), table);
	assert.equal(rebind(table, {pause: [5] as never}), table);
});

test('in no place is there a key with two meanings, whichever is given to whichever', () => {
	const all = [...new Set(keyTable.flatMap(({keys}) => keys))];
	for (const [n, {name}] of keyTable.entries()) {
		const key = all[(n * 7) % all.length]!;
		const own = rebind(keyTable, {[name]: [key]});
		const mine = own.find(entry => entry.name === name)!;
		for (const entry of own) {
			if (entry === mine || !entry.where.some(place => mine.where.includes(place))) continue;
			assert.ok(!entry.keys.includes(key), `${key}: ${name} and ${entry.name}`);
		}
	}
});

test('pressed on the screen a rebound key runs its new command alone, and the old one has none', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {stored: {keys: {reannounce: ['p']}}});
	await terminal.press('p');
	assert.deepEqual(
		engine.sent.map(({type}) => type).filter(type => /pause|resume|reannounce/.test(type)),
		['torrent.reannounce'],
	);
	const here = {screen: 'torrent', pane: 'speed'} as const;
	assert.equal(lookup(rebind(keyTable, {reannounce: ['p']}), 'p', here)?.name, 'reannounce');
	await close();
});
