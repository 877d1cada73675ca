import assert from 'node:assert/strict';
import {resolve} from 'node:path';
import {test} from 'node:test';
import type {UserError} from '../../../source/base/errors.ts';
import {defineCommand, type Flags} from '../../../source/commands/arguments/command.ts';
import {settingChange} from '../../../source/commands/arguments/config-change.ts';
import {hookOptions} from '../../../source/commands/arguments/hook-options.ts';
import {parseArguments, withDefaults} from '../../../source/commands/arguments/parse-arguments.ts';
import {hookSettings, hooksCompanion} from '../../../source/commands/engine-process/hooks-companion.ts';
import type {Configuration} from '../../../source/commands/engine-process/reloading-engine.ts';

const command = defineCommand({
	name: 'engine',
	usage: ['engine'],
	summary: '',
	words: [0, 0],
	options: hookOptions,
	run: async () => 0,
});

/** What a config file with this comes to. */
function configuration(file: Readonly<Record<string, string | readonly string[]>>): Configuration {
	const args = parseArguments([], command);
	assert.ok(args !== 'help');
	const defaults = new Map(Object.entries(file).map(([key, value]) => [key, {value, where: key}]));
	const {flags} = withDefaults(args, command, defaults);
	return {flags: flags as Flags<typeof hookOptions>, labels: new Map()} as unknown as Configuration;
}

test('a program is one text or several, at a path in full or found by its name; URLs are told', () => {
	const {targets, urls, timeout, moveTo} = hookSettings(
		configuration({
			onAdded: '~/bin/added',
			onComplete: ['/usr/bin/curl', '-d', '', 'http://one.example'],
			onGoal: ['notify-send', './goal'],
			onError: ['https://two.example/x?y=1', 'http://three.example'],
			hookUrl: 'http://four.example',
			hookTimeout: '90s',
			onCompleteMove: '/done/',
		}),
		{HOME: '/u'},
	);
	assert.deepEqual(targets, {
		added: {kind: 'program', words: ['/u/bin/added']},
		complete: {kind: 'program', words: ['/usr/bin/curl', '-d', '', 'http://one.example']},
		goal: {kind: 'program', words: ['notify-send', './goal']},
		error: {kind: 'urls', urls: ['https://two.example/x?y=1', 'http://three.example']},
	});
	assert.deepEqual([urls, timeout, moveTo], [['http://four.example/'], 90_000, '/done']);
});

test('where what is complete goes may be below the home folder', () => {
	const {moveTo} = hookSettings(configuration({onCompleteMove: '~/done/'}), {HOME: '/u'});
	assert.equal(moveTo, '/u/done');
});

test('hooks are wanted when anything of them is asked for, a label that moves what is complete too', () => {
	const nothing = configuration({});
	assert.ok(!hooksCompanion.isWanted(nothing));
	assert.ok(!hooksCompanion.isWanted(configuration({hookTimeout: '5m', onAdded: []})));
	assert.ok(hooksCompanion.isWanted(configuration({onError: 'beep'})));
	assert.ok(hooksCompanion.isWanted(configuration({hookUrl: ['http://a.example']})));
	assert.ok(!hooksCompanion.isWanted({...nothing, labels: new Map([['iso', {dir: '/isos'}]])}));
	assert.ok(hooksCompanion.isWanted({...nothing, labels: new Map([['iso', {moveTo: '/isos'}]])}));
});

const wrong: ReadonlyArray<readonly [file: Parameters<typeof configuration>[0], sentence: RegExp]> = [
	[{onComplete: 'bin/done'}, /^onComplete: bin\/done is not absolute: write it in full, or with ~\/$/],
	[{onComplete: ['./done', 'x']}, /is not absolute/],
	[{onError: ['', 'x']}, /^onError: what is to be run\?$/],
	[{onGoal: ['http://a.example', '/bin/true']}, /^onGoal: either URLs, or a program and its arguments$/],
	[{onGoal: 'http://'}, /^onGoal: "http:\/\/" is not an http:\/\/ or https:\/\/ URL$/],
	[{onCompleteMove: 'done'}, /^onCompleteMove: done is not absolute: write it in full, or with ~\/$/],
	[{onCompleteMove: './done'}, /is not absolute/],
	[{hookUrl: 'ftp://a.example'}, /^hookUrl: "ftp:\/\/a\.example" is not an http:\/\/ or https:\/\/ URL$/],
	[{hookTimeout: 'soon'}, /^hookTimeout: "soon" is not a time/],
];

for (const [file, sentence] of wrong)
	test(`${JSON.stringify(file)} means: ${sentence}`, () => {
		assert.throws(() => configuration(file), {
			name: 'UserError',
			message: sentence,
			exitStatus: 2,
		} satisfies Partial<Record<keyof UserError, unknown>>);
	});

test('a path that is typed for config set is written in full, its arguments as they are', () => {
	const set = (...typed: string[]) => settingChange('on-complete', typed)['on-complete'];
	assert.deepEqual(set('bin/done', './x'), [resolve('bin/done'), './x']);
	assert.deepEqual(set('~/done'), ['~/done']);
	assert.deepEqual(set('beep'), ['beep']);
	assert.deepEqual(set('http://a.example/b'), ['http://a.example/b']);
});

test('a list may be set as it stands in the file; a whole command in one word is no program', () => {
	const set = (name: string, ...typed: string[]) => settingChange(name, typed)[name];
	assert.deepEqual(set('on-complete', '["/bin/sh", "-c", "echo done"]'), ['/bin/sh', '-c', 'echo done']);
	assert.deepEqual(set('tracker', '["http://a.example/b"]'), ['http://a.example/b']);
	assert.deepEqual(set('select', '[ab]*.iso'), ['[ab]*.iso']);
	assert.throws(
		() => set('on-complete', '/bin/sh -c "echo done"'),
		/^UserError: on-complete: there is no \/bin\/sh -c "echo done"; give a program and its arguments as words apart: tortui config set on-complete \/bin\/sh -c "echo done"$/,
	);
	assert.throws(() => set('on-added', '~/bin/sort it'), /there is no ~\/bin\/sort it/);
});

test('the path below which a door is is none of this machine: it stays as it is typed', () => {
	assert.equal(settingChange('web-base', ['tortui'])['web-base'], 'tortui');
	assert.equal(settingChange('rpc-base', ['/a/b'])['rpc-base'], '/a/b');
});
