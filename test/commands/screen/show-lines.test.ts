import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {EngineClient} from '../../../source/api/engine-client.ts';
import type {TorrentView, Update} from '../../../source/api/snapshot.ts';
import {startedWith} from '../../../source/commands/arguments/engine-arguments.ts';
import {showLines} from '../../../source/commands/screen/show-lines.ts';
import {redraws, takesLinesOnly} from '../../../source/commands/screen/terminal-kind.ts';
import {torrentView} from '../torrent-view.ts';

/** An engine that says what a test wants said. */
function scripted() {
	let listener: (update: Update) => void = () => undefined;
	const gone = Promise.withResolvers<string>();
	const engine: EngineClient = {
		send: async () => ({}),
		watch(_what, listen) {
			listener = listen;
			return {change: () => undefined, stop: () => undefined};
		},
		closed: gone.promise,
		close: () => undefined,
	};
	return {
		engine,
		say: (...torrents: readonly TorrentView[]) => listener({revision: 1, torrents}),
		lose: gone.resolve,
	};
}

test('a terminal that takes no escape sequences is told in plain lines, every 10 s and when something is done', async context => {
	context.mock.timers.enable({apis: ['setInterval']});
	const {engine, say, lose} = scripted();
	let out = '';
	const warned: string[] = [];
	const stdout = {write: (text: string) => (out += text), on: () => undefined};
	const shown = showLines(engine, undefined, {stdout: stdout as never, warn: line => warned.push(line)});
	const lines = () => {
		const said = out.trimEnd().split('\n');
		out = '';
		return said;
	};
	say(torrentView({id: 'a', completed: 100}), torrentView({id: 'b', name: 'e\u001B[2Jvil\u009B\u202E'}));
	const first = lines();
	assert.equal(first.length, 3);
	assert.match(first[1] ?? '', /^debian\.iso: 10(\.0)? % of/);
	assert.match(first[2] ?? '', /^e\[2Jvil: /);
	say(torrentView({id: 'a', completed: 200}), torrentView({id: 'b'}));
	assert.equal(out, '');
	context.mock.timers.tick(10_000);
	assert.match(lines()[0] ?? '', /^debian\.iso: 20/);
	say(torrentView({id: 'a', completed: 1000, state: 'seeding'}), torrentView({id: 'b'}));
	assert.deepEqual(
		lines().map(line => line.replace(/,.*/, '')),
		['debian.iso: seeding'],
	);
	lose('the connection to the engine was lost');
	assert.equal(await shown, 1);
	assert.deepEqual(warned, [
		'the connection to the engine was lost; start the engine again with: tortui engine',
	]);
});

test('Ctrl-C leaves the lines, and an empty list says how to fill it', async () => {
	const {engine, say} = scripted();
	let out = '';
	const stdout = {write: (text: string) => (out += text), on: () => undefined};
	const {promise, resolve} = Promise.withResolvers<NodeJS.Signals>();
	let isReleased = false;
	const interrupted = {
		first: promise,
		release() {
			isReleased = true;
		},
	};
	const shown = showLines(engine, undefined, {stdout: stdout as never, warn: () => undefined}, interrupted);
	say();
	assert.match(out, /no torrents yet/);
	resolve('SIGINT');
	assert.equal(await shown, 0);
	assert.ok(isReleased);
	// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
	assert.doesNotMatch(out, /[\u001B\r]/);
});

test('knows by its name a terminal that takes lines only', () => {
	assert.equal(takesLinesOnly({TERM: 'dumb'}), true);
	assert.equal(takesLinesOnly({TERM: 'xterm'}), false);
	if (process.platform !== 'win32') assert.equal(takesLinesOnly({}), true);
	assert.equal(redraws({isTTY: true}, {env: {TERM: 'xterm'}}), true);
	assert.equal(redraws({isTTY: true}, {env: {TERM: 'dumb'}}), false);
	assert.equal(redraws({}, {env: {TERM: 'xterm'}}), false);
});

test('an engine is started again with what it said it was started with', () => {
	const about = {
		port: 7000,
		bind: ['127.0.0.1', '::1'],
		dht: false,
		pex: true,
		slowDownload: null,
		name: 'x y',
	};
	assert.deepEqual(startedWith(about, '/srv/data'), [
		'--dir=/srv/data',
		'--port=7000',
		'--bind=127.0.0.1',
		'--bind=::1',
		'--no-dht',
		'--name=x y',
	]);
	assert.deepEqual(startedWith({}, undefined), []);
});
