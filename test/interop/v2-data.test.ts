import assert from 'node:assert/strict';
import {cpSync, existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {assertSame} from '../helpers/compare.ts';
import {bytesFrom, kibibyte, writeFolder} from '../helpers/torrents.ts';
import {get, seed, startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

/** What the program prints. */
async function printed(
	space: Workspace,
	args: readonly string[],
): Promise<{status: number | null; text: string}> {
	const program = startTortui(space, args);
	const {code} = await program.end(60_000);
	return {status: code, text: program.stdout + program.stderr};
}

/** A torrent of ours and somebody who seeds it. */
async function stage(t: TestContext, version: 'v2' | 'hybrid') {
	const space = new Workspace(t);
	const content = writeFolder(space.folder('whole'), 'set', [
		['a/large.bin', 3_000_000],
		['b.bin', 40_000],
		['byte', 1],
		['c/other.bin', 900_001],
		['empty', 0],
	]);
	const file = space.path('set.torrent');
	const made = await printed(space, ['create', content.root, `--${version}`, '-l', '32K', '-o', file]);
	assert.equal(made.status, 0, made.text);
	const seeder = await seed(space, [`${file}=${content.root}`]);
	const {magnet} = JSON.parse((await printed(space, ['info', file, '--json'])).text) as {magnet: string};
	return {space, content, file, magnet, peer: ['--peer', seeder.address]};
}

for (const version of ['v2', 'hybrid'] as const) {
	test(`data that is there is found by a ${version} link, and nothing of it is fetched`, async t => {
		const {space, content, magnet, peer} = await stage(t, version);
		const ours = space.folder('ours');
		cpSync(content.root, join(ours, 'set'), {recursive: true});
		const {TORTUI_HOME} = {TORTUI_HOME: space.path('theirs')};
		const download = await get(space, [magnet, '-d', ours, ...peer], {env: {TORTUI_HOME}});
		const {downloaded} = await download.event('complete');
		assert.equal(downloaded, 0);
		await download.done();
		assertSame(join(ours, 'set'), content.root);
	});

	test(`of data that is there in part a ${version} link fetches the rest`, async t => {
		const {space, content, magnet, peer} = await stage(t, version);
		const ours = space.folder('ours');
		cpSync(content.root, join(ours, 'set'), {recursive: true});
		const bytes = readFileSync(join(ours, 'set/a/large.bin'));
		bytes.fill(7, 1_000_000, 1_100_000);
		writeFileSync(join(ours, 'set/a/large.bin'), bytes);
		const env = {TORTUI_HOME: space.path('theirs')};
		const download = await get(space, [magnet, '-d', ours, ...peer], {env});
		const {downloaded} = await download.event('complete');
		assert.ok(downloaded > 90_000 && downloaded < 300_000, String(downloaded));
		await download.done();
		assertSame(join(ours, 'set'), content.root);
	});

	test(`a file of somebody else's in the way of a ${version} link is left as it is, and told`, async t => {
		const {space, magnet, peer} = await stage(t, version);
		const mine = bytesFrom('mine', 3_000_000);
		const ours = space.folder('ours');
		cpSync(space.folder('empty'), join(ours, 'set/a'), {recursive: true});
		writeFileSync(join(ours, 'set/a/large.bin'), mine);
		const env = {TORTUI_HOME: space.path('theirs')};
		const download = await get(space, [magnet, '-d', ours, ...peer], {env});
		const {code} = await download.program.end(60_000);
		assert.notEqual(code, 0);
		assert.match(
			download.program.stdout + download.program.stderr,
			/already there and not this torrent's: .*large\.bin/,
		);
		assert.ok(readFileSync(join(ours, 'set/a/large.bin')).equals(mine));
	});

	test(`one file of a ${version} torrent is fetched, then the others, and nothing of what pads them`, async t => {
		const {space, content, file, peer} = await stage(t, version);
		const ours = space.folder('ours');
		const env = {TORTUI_HOME: space.path('theirs')};
		const one = await get(space, [file, '-d', ours, '--select', '4', ...peer], {env});
		const first = await one.event('complete');
		await one.done();
		assert.deepEqual(readdirSync(join(ours, 'set')), ['c']);
		assertSame(join(ours, 'set/c'), join(content.root, 'c'));
		// The last block of the file is asked for with its padding in a hybrid; no more than that is too much.
		assert.ok(first.downloaded < 900_001 + 16 * kibibyte, String(first.downloaded));
		assert.deepEqual([first.length, first.completed], [3_940_002, 900_001]);
		const all = await get(space, [file, '-d', ours, ...peer], {env});
		const {downloaded} = await all.event('complete');
		await all.done();
		assert.ok(downloaded < 3_940_002 + 5 * 16 * kibibyte, String(downloaded));
		assertSame(join(ours, 'set'), content.root);
		assert.equal(existsSync(join(ours, 'set/.pad')), false);
	});
}

test('a hybrid whose halves are of different data is stopped, and says why', async t => {
	const {space, content, file} = await stage(t, 'hybrid');
	const text = readFileSync(file).toString('latin1');
	// Another hash of v1 for its first piece: who has the data of the one half lacks that of the other.
	const at = text.indexOf('6:pieces') + '6:pieces'.length;
	const colon = text.indexOf(':', at);
	const bent = `${text.slice(0, colon + 1)}${'x'.repeat(20)}${text.slice(colon + 21)}`;
	const other = space.path('other.torrent');
	writeFileSync(other, Buffer.from(bent, 'latin1'));
	const verified = await printed(space, ['verify', other, content.dir]);
	assert.notEqual(verified.status, 0);
	assert.match(verified.text, /v1 and v2 do not describe the same data/);
	const seeding = await printed(space, [
		'seed',
		`${other}=${content.root}`,
		'--no-dht',
		'--no-lsd',
		'--bind',
		'127.0.0.1',
	]);
	assert.notEqual(seeding.status, 0);
	assert.match(seeding.text, /v1 and v2 do not describe the same data/);
});
