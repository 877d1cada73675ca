import assert from 'node:assert/strict';
import {randomInt} from 'node:crypto';
import {existsSync, globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {env} from 'node:process';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {decodeResumeData} from '../../source/io/state/resume-data.js';
import {assertSame} from '../helpers/compare.ts';
import {contentBytes, rawSeeder} from '../helpers/raw-peer.ts';
import {kibibyte, makeTorrent, mebibyte, type Torrent, writeFolder} from '../helpers/torrents.ts';
import {get, startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';
import {seeded} from '../policy/seeded.ts';

/** TORTUI_LONG=1 takes some two minutes. */
const kills = env['TORTUI_LONG'] ? 200 : 40;
const pieceLength = 64 * kibibyte;

/** Which pieces are right on the disk, by comparison with what was shared. */
function rightPieces(root: string, torrent: Torrent, content: Buffer): Set<number> {
	const disk = Buffer.alloc(content.length, 0);
	let at = 0;
	for (const {path, length} of torrent.content.files) {
		const file = join(root, ...path);
		if (existsSync(file)) readFileSync(file).copy(disk, at, 0, length);
		at += length;
	}
	const right = new Set<number>();
	for (let piece = 0; piece < torrent.pieces; piece++) {
		const [from, to] = [piece * pieceLength, Math.min(content.length, (piece + 1) * pieceLength)];
		if (disk.subarray(from, to).equals(content.subarray(from, to))) right.add(piece);
	}
	return right;
}

test(`killed ${kills} times at any moment, it loses nothing that was verified, claims nothing that is not there, and completes`, {
	timeout: 200_000,
}, async t => {
	const space = new Workspace(t);
	const seed = randomInt(2 ** 31);
	const random = seeded(seed);
	let moment = '';
	space.explain(() => `seed ${seed}, ${moment}`);
	const files = writeFolder(space.folder('theirs'), 'set', [
		['first.bin', 9 * mebibyte + 77],
		['folder/second.bin', 5 * mebibyte],
		['folder/third.bin', 1],
		['last.bin', 2 * mebibyte],
	]);
	const torrent = makeTorrent(files, pieceLength);
	const content = contentBytes(torrent);
	const file = torrent.write(space.path('set.torrent'));
	const seeder = await rawSeeder(space, torrent, {rate: (0.8 * content.length) / (kills * 0.4)});
	const args = [file, '-d', space.folder('ours'), '--peer', seeder.address];
	const root = space.path('ours', 'set');
	let right = new Set<number>();
	let resumed = 0;
	const begun = performance.now();

	for (let kill = 0; kill < kills; kill++) {
		const ours = await get(space, args);
		const {child, exited} = ours.program;
		const way = kill % 10 === 9 ? 'look' : random() < 0.25 ? 'start' : random() < 0.6 ? 'run' : 'stop';
		if (way === 'start') {
			moment = `kill ${kill}: while it starts`;
			await sleep(random() * 350);
		} else {
			await Promise.race([ours.event('added').catch(() => {}), exited]);
			if (way === 'look') {
				// Everything that was right when it was killed is had again, whatever it remembers.
				moment = `kill ${kill}: a second after its start`;
				const {completed} = await ours.event(({event}) => event === 'progress' || event === 'complete');
				const had = [...right].reduce(
					(sum, piece) => sum + Math.min(pieceLength, content.length - piece * pieceLength),
					0,
				);
				assert.ok(completed >= had, `${completed} bytes are had again, ${had} were on the disk`);
			}
			moment = `kill ${kill}: while it downloads`;
			await sleep(random() * 450);
		}
		if (way === 'stop') {
			moment = `kill ${kill}: while it stops`;
			child.kill('SIGTERM');
			await sleep(random() * 60);
		}
		child.kill('SIGKILL');
		await exited;
		assert.doesNotMatch(ours.program.stderr, /^\s+at /m, ours.program.stderr);

		const now = rightPieces(root, torrent, content);
		for (const piece of right) assert.ok(now.has(piece), `piece ${piece} was on the disk and is lost`);
		right = now;
		for (const path of globSync(space.path('state', '**', '*.resume'))) {
			resumed++;
			const {have} = decodeResumeData(readFileSync(path));
			for (let piece = 0; piece < torrent.pieces; piece++) {
				if (have.has(piece)) assert.ok(right.has(piece), `piece ${piece} is said to be had and is not`);
			}
		}
	}
	t.diagnostic(
		`${kills} kills in ${Math.round((performance.now() - begun) / 1000)} s; ${right.size} of ${torrent.pieces} pieces then`,
	);
	assert.ok(resumed > 0, 'it never got to save anything');
	assert.ok(right.size > torrent.pieces / 10, `${right.size} of ${torrent.pieces} pieces came meanwhile`);

	moment = 'afterwards';
	seeder.setRate(64 * mebibyte);
	const last = await get(space, args);
	await last.event('complete');
	await last.done();
	assertSame(root, files.root);
	const verified = startTortui(space, ['verify', file, space.path('ours')]);
	assert.deepEqual(await verified.end(20_000), {code: 0, signal: null});
	// Each kill costs what was on its way, no more.
	const twice = seeder.served.bytes - content.length;
	assert.ok(twice < content.length + kills * 2 * mebibyte, `${twice} bytes were fetched twice`);
	assert.deepEqual(globSync(space.path('state', '**', '*.damaged')), []);
});
