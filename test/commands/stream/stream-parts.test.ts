import assert from 'node:assert/strict';
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import test from 'node:test';
import {forwardAdvice} from '../../../source/commands/stream/forward-advice.ts';
import {chooseFiles} from '../../../source/commands/stream/playable.ts';
import {findPlayer, parsePlayer} from '../../../source/commands/stream/player.ts';
import {isTorrentSource} from '../../../source/commands/stream/streamed-torrent.ts';
import {Workspace} from '../../helpers/workspace.ts';

const listed = (...files: ReadonlyArray<readonly [path: string, length: number]>) =>
	files.map(([path, length], at) => ({
		number: at + 1,
		index: at,
		path: path.split('/'),
		length,
		completed: 0,
		priority: 2 as const,
	}));

test('without words the largest film is played, else the largest piece of music, else the largest file', () => {
	const chosen = (...files: ReadonlyArray<readonly [string, number]>) =>
		chooseFiles(listed(...files), []).map(({path}) => path.join('/'));
	assert.deepEqual(
		chosen(['set/huge.iso', 900], ['set/a.mkv', 50], ['set/sample/b.MKV', 10], ['set/c.flac', 200]),
		['set/a.mkv'],
	);
	assert.deepEqual(chosen(['a/cover.png', 900], ['a/1.flac', 50], ['a/2.mp3', 60]), ['a/2.mp3']);
	assert.deepEqual(chosen(['a/1.txt', 9], ['a/2.iso', 60]), ['a/2.iso']);
	assert.throws(() => chosen(), /UserError: it has no files/);
});

test('words pick files by number, name and glob, in the order of the torrent', () => {
	const files = listed(['set/one.mkv', 5], ['set/two.mkv', 5], ['set/notes.txt', 5]);
	const chosen = (...words: string[]) => chooseFiles(files, words).map(({number}) => number);
	assert.deepEqual(chosen('2'), [2]);
	assert.deepEqual(chosen('two.mkv'), [2]);
	assert.deepEqual(chosen('*.mkv'), [1, 2]);
	assert.deepEqual(chosen('3', '1'), [1, 3]);
	assert.throws(() => chosen('*.avi'), /UserError/);
	assert.throws(() => chosen('9'), /UserError/);
});

test('a player is a program with options, whose quotes keep words together', () => {
	assert.deepEqual(parsePlayer(`mpv --title="a film" '--x=y z'  -v`), {
		program: 'mpv',
		options: ['--title=a film', '--x=y z', '-v'],
	});
	assert.throws(() => parsePlayer('   '), /UserError: --player/);
	assert.throws(() => parsePlayer('mpv "unfinished'), /UserError: --player/);
});

test('mpv goes before vlc, and nothing is opened where there is no desktop', t => {
	const space = new Workspace(t);
	const bin = space.folder('bin');
	const env = {PATH: `/nowhere:${bin}`, DISPLAY: ':0'};
	assert.equal(findPlayer(env), undefined);
	const put = (name: string, mode: number) => {
		writeFileSync(space.path('bin', name), '');
		chmodSync(space.path('bin', name), mode);
	};
	put('vlc', 0o755);
	assert.equal(findPlayer(env)?.program, 'vlc');
	mkdirSync(space.path('other', 'mpv'), {recursive: true});
	assert.equal(findPlayer({...env, PATH: `${space.path('other')}:${bin}`})?.program, 'vlc');
	put('mpv', 0o755);
	assert.equal(findPlayer(env)?.program, 'mpv');
	assert.equal(findPlayer({...env, DISPLAY: '', WAYLAND_DISPLAY: 'wayland-0'})?.program, 'mpv');
	if (process.platform !== 'darwin') assert.equal(findPlayer({PATH: env.PATH}), undefined);
});

test('over SSH it is said how the port is forwarded', () => {
	const url = 'http://127.0.0.1:40123/abc/film.mkv';
	const SSH_CONNECTION = '192.0.2.7 50000 192.0.2.1 22';
	assert.equal(
		forwardAdvice(url, {SSH_CONNECTION, USER: 'ada'}),
		'ssh -N -L 40123:127.0.0.1:40123 ada@192.0.2.1',
	);
	assert.equal(
		forwardAdvice(url, {SSH_CONNECTION: '2001:db8::7 5 2001:db8::1 2222'}),
		'ssh -N -L 40123:127.0.0.1:40123 -p 2222 2001:db8::1',
	);
	assert.equal(forwardAdvice(url, {USER: 'ada'}), undefined);
	assert.equal(forwardAdvice(url, {SSH_CONNECTION: ''}), undefined);
});

test('links, URLs and paths are torrents, and other words are looked for in the engine', () => {
	for (const word of [
		'-',
		`magnet:?xt=urn:btih:${'ab'.repeat(20)}`,
		'https://example.org/a',
		'a.torrent',
		'./a',
	])
		assert.ok(isTorrentSource(word), word);
	for (const word of ['debian', 'c0ffee12', 'a film']) assert.ok(!isTorrentSource(word), word);
});
