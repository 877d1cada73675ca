import assert from 'node:assert/strict';
import {mkdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import test from 'node:test';
import {exactNames, type NameRules} from '../../../source/io/ownership/disk-names.ts';
import {PathRegistry} from '../../../source/io/ownership/path-registry.ts';
import {Workspace} from '../../helpers/workspace.ts';

const anyCase: NameRules = {caseSensitive: false, normalises: false};
const anyForm: NameRules = {caseSensitive: true, normalises: true};

function registry(rules: NameRules = exactNames): PathRegistry {
	return new PathRegistry(async () => rules);
}

/** `file:name` of each rival. */
async function rivals(paths: PathRegistry, id: string): Promise<string[]> {
	return (await paths.rivals(id)).map(({file, name}) => `${file}:${name}`);
}

test('of two torrents with the same file the first one has it', async t => {
	const dir = new Workspace(t).dir;
	const paths = registry();
	paths.claim('a', 'First', {dir, paths: ['x/1', 'x/2', undefined]});
	paths.claim('b', 'Second', {dir, paths: ['x/3', 'x/2', undefined]});
	assert.deepEqual(await rivals(paths, 'a'), []);
	assert.deepEqual(await rivals(paths, 'b'), ['1:First']);
	assert.deepEqual(await paths.shared('a'), [{file: 1, name: 'Second'}]);
	paths.release('a');
	assert.deepEqual(await rivals(paths, 'b'), []);
});

test('who is first stays first when it says anew where its files are', async t => {
	const dir = new Workspace(t).dir;
	const paths = registry();
	paths.claim('a', 'First', {dir: join(dir, 'elsewhere'), paths: ['x']});
	paths.claim('b', 'Second', {dir, paths: ['x']});
	paths.claim('a', 'First', {dir, paths: ['x']});
	assert.deepEqual(await rivals(paths, 'a'), []);
	assert.deepEqual(await rivals(paths, 'b'), ['0:First']);
});

test('one path is the same through other folders and through links, there or not', async t => {
	const space = new Workspace(t);
	const {dir} = space;
	mkdirSync(join(dir, 'real/films/deep'), {recursive: true});
	symlinkSync(join(dir, 'real'), join(dir, 'link'));
	symlinkSync('../real/films', join(dir, 'real/inner'));
	const paths = registry();
	paths.claim('a', 'A', {dir: join(dir, 'real'), paths: ['films/deep/1', 'films/new/2']});
	paths.claim('nested', 'N', {dir: join(dir, 'real/films'), paths: ['deep/1']});
	paths.claim('linked', 'L', {dir: join(dir, 'link'), paths: ['films/new/2']});
	paths.claim('inside', 'I', {dir: join(dir, 'real'), paths: ['inner/deep/1', 'inner/other']});
	paths.claim('other', 'O', {dir: join(dir, 'real'), paths: ['films2/deep/1', 'films/deep/10']});
	assert.deepEqual(await rivals(paths, 'nested'), ['0:A']);
	assert.deepEqual(await rivals(paths, 'linked'), ['0:A']);
	assert.deepEqual(await rivals(paths, 'inside'), ['0:A']);
	assert.deepEqual(await rivals(paths, 'other'), []);
});

test('case and the form of letters count as the disk says, which is asked only when it matters', async t => {
	const dir = new Workspace(t).dir;
	const found = async (rules: NameRules, one: string, other: string): Promise<[string[], number]> => {
		let asked = 0;
		const paths = new PathRegistry(async () => {
			asked++;
			return rules;
		});
		paths.claim('a', 'A', {dir, paths: [one]});
		paths.claim('b', 'B', {dir, paths: [other]});
		return [await rivals(paths, 'b'), asked];
	};
	assert.deepEqual(await found(exactNames, 'Film/A', 'film/a'), [[], 1]);
	assert.deepEqual(await found(anyCase, 'Film/A', 'film/a'), [['0:A'], 1]);
	assert.deepEqual(await found(anyForm, 'Film/A', 'film/a'), [[], 1]);
	assert.deepEqual(await found(anyForm, 'caf\u00e9', 'cafe\u0301'), [['0:A'], 1]);
	assert.deepEqual(await found(anyCase, 'caf\u00e9', 'cafe\u0301'), [[], 1]);
	assert.deepEqual(await found(anyCase, 'one', 'two'), [[], 0]);
	assert.deepEqual(await found(anyCase, 'one', 'one'), [['0:A'], 0]);
});

test('a place that a torrent is to go to is looked at without taking it', async t => {
	const dir = new Workspace(t).dir;
	const paths = registry();
	paths.claim('a', 'A', {dir: join(dir, 'one'), paths: ['x']});
	paths.claim('b', 'B', {dir: join(dir, 'two'), paths: ['x']});
	assert.deepEqual(await paths.rivalsAt('b', {dir: join(dir, 'one'), paths: ['x']}), [{file: 0, name: 'A'}]);
	assert.deepEqual(await paths.rivalsAt('b', {dir: join(dir, 'three'), paths: ['x']}), []);
	assert.deepEqual(await rivals(paths, 'a'), []);
});

test('thousands of torrents in one folder are told apart without comparing each with each', async t => {
	const dir = new Workspace(t).dir;
	const paths = registry();
	for (let n = 0; n < 3000; n++) paths.claim(`${n}`, `T${n}`, {dir, paths: [`t${n}/a`, `t${n}/b`]});
	paths.claim('last', 'Last', {dir, paths: ['t1500/b']});
	assert.deepEqual(await rivals(paths, 'last'), ['0:T1500']);
	for (let n = 0; n < 3000; n++) assert.deepEqual(await rivals(paths, `${n}`), []);
});

test('a folder of a torrent that is a link to the download folder itself leads to the files there', async t => {
	const {dir} = new Workspace(t);
	symlinkSync('.', join(dir, 'loop'));
	const paths = registry();
	paths.claim('a', 'A', {dir, paths: ['song.ogg']});
	paths.claim('b', 'B', {dir, paths: ['loop/song.ogg', 'loop/other.ogg']});
	assert.deepEqual(await rivals(paths, 'b'), ['0:A']);
	assert.deepEqual(await paths.shared('a'), [{file: 0, name: 'B'}]);
});
