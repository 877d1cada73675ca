import assert from 'node:assert/strict';
import {randomInt} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {env} from 'node:process';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {BackgroundEngine} from '../helpers/background-engine.ts';
import {assertSame} from '../helpers/compare.ts';
import {until} from '../helpers/deadline.ts';
import {noSecondDisk, secondDisk} from '../helpers/second-disk.ts';
import {kibibyte, makeTorrent, writeFolder} from '../helpers/torrents.ts';
import {Workspace} from '../helpers/workspace.ts';
import {seeded} from '../policy/seeded.ts';

const kills = env['TORTUI_LONG'] ? 60 : 4;
const files = 150;

test(`killed ${kills} times in the middle of a move, everything is had again, at one place`, async t => {
	const space = new Workspace(t);
	const seed = randomInt(2 ** 31);
	const random = seeded(seed);
	let moment = '';
	space.explain(() => `seed ${seed}, ${moment}`);
	const entries = Array.from({length: files}, (_, n) => [`${n % 7}/${n}.bin`, 60_000 + n] as const);
	const content = writeFolder(space.folder('one'), 'set', entries);
	const original = writeFolder(space.folder('original'), 'set', entries);
	const torrent = makeTorrent(content, 64 * kibibyte);
	const metainfo = readFileSync(torrent.write(space.path('set.torrent'))).toString('base64');
	const places = [space.path('one'), space.path('two')];
	const far = secondDisk(space);
	if (far === undefined) t.diagnostic(`${noSecondDisk}: files are renamed only`);
	else places.push(join(far, 'three'));

	let engine = await BackgroundEngine.start(space, 'home');
	const {id = ''} = await engine.send({type: 'torrent.add', metainfo, options: {dir: places[0]!}});
	const seeds = () => engine.sees(id, 'it has everything', ({state}) => state === 'seeding');
	const isStill = ({reason}: {reason?: {text: string} | undefined}) => !/^moving/.test(reason?.text ?? '');
	await seeds();
	await until('it to be noted down', 5000, () => existsSync(space.path('home', 'resume', `${id}.resume`)));
	/** How long a move takes, by the folder it goes to. */
	const times = new Map<string, number>();
	let cut = 0;
	for (let kill = 0; kill < kills; kill++) {
		const {dir: here} = await engine.sees(id, 'it is still', isStill);
		const others = places.filter(place => place !== here);
		const there = others[kill % others.length]!;
		moment = `kill ${kill}: from ${here} to ${there}`;
		const begun = performance.now();
		const moving = engine.send({type: 'torrent.move', id, dir: there}).then(
			() => {
				times.set(there, performance.now() - begun);
				return true;
			},
			() => false,
		);
		await Promise.race([moving, sleep(random() * (times.get(there) ?? 150))]);
		await engine.kill();
		if (!(await moving)) cut++;
		engine = await BackgroundEngine.start(space, 'home');
		assert.equal((await seeds()).piecesHave, torrent.pieces);
		// It may be on its way again.
		const {dir} = await engine.sees(id, 'it is still', isStill);
		assertSame(join(dir, 'set'), original.root);
		for (const place of places) if (place !== dir) assert.ok(!existsSync(join(place, 'set')), place);
	}
	assert.deepEqual(await engine.stop(), {code: 0, signal: null});
	t.diagnostic(`${cut} of ${kills} moves were cut short`);
});
