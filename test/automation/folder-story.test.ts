import assert from 'node:assert/strict';
import {
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {createTorrent} from '../../source/creator/create-torrent.ts';
import {seeded} from '../helpers/fake-engine.ts';
import {FolderWorld} from './folder-world.ts';

/** Everything that is to be shared there, by name: the info-hash it has to have. */
async function wanted(dir: string): Promise<Map<string, string>> {
	const all = new Map<string, string>();
	for (const name of readdirSync(dir).sort()) {
		const path = join(dir, name);
		if (name.startsWith('.') || name.endsWith('.part') || existsSync(`${path}.aria2`)) continue;
		const stats = lstatSync(path);
		if (stats.isSymbolicLink() || (stats.isFile() && stats.size === 0)) continue;
		if (stats.isDirectory() && readdirSync(path).length === 0) continue;
		const {metainfo} = await createTorrent({path});
		all.set(name, metainfo.infoHash!);
	}
	return all;
}

for (let seed = 1; seed <= 5; seed++) {
	test(`whatever happens in two shared folders, in the end what is in them is shared, and nothing else (seed ${seed})`, async t => {
		const world = new FolderWorld(t);
		const random = seeded(seed);
		const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
		const shared = [world.shared('one'), world.shared('other')];
		const names = ['a', 'b', 'c', 'd', 'e'];
		await world.start({shared});
		let writes = 0;
		const place = () => join(pick(shared).dir, pick(names));
		const write = () => {
			const path = place();
			writes++;
			rmSync(path, {recursive: true, force: true});
			if (random() < 0.3) {
				mkdirSync(path);
				for (let n = 0; n < 1 + random() * 3; n++)
					writeFileSync(join(path, `${n}`), `${seed} ${writes} ${n}`);
			} else writeFileSync(path, `${seed} ${writes}`.repeat(1 + Math.floor(random() * 2000)));
		};
		const steps: ReadonlyArray<() => unknown> = [
			write,
			write,
			write,
			() => rmSync(place(), {recursive: true, force: true}),
			() => {
				const [from, to] = [place(), place()];
				if (existsSync(from) && !existsSync(to)) renameSync(from, to);
			},
			() => {
				const [from, to] = [place(), place()];
				// One takes the place of the other.
				if (existsSync(from) && existsSync(to) && from !== to) {
					rmSync(to, {recursive: true});
					renameSync(from, to);
				}
			},
			() => {
				const path = place();
				if (statSync(path, {throwIfNoEntry: false})?.isDirectory())
					writeFileSync(join(path, 'more'), `${writes++}`);
			},
			() => {
				const path = place();
				if (!existsSync(path)) symlinkSync('/', path);
			},
			async () => {
				const {dir} = pick(shared);
				renameSync(dir, `${dir}-away`);
				if (random() < 0.5) mkdirSync(dir);
				await world.pass(random() * 60_000);
				if (random() < 0.3) await world.start({shared});
				await world.pass(random() * 20_000);
				rmSync(dir, {recursive: true, force: true});
				renameSync(`${dir}-away`, dir);
			},
			() => world.start({shared}),
			() => world.startAfterKill({shared}),
			() => world.pass(random() * 40_000),
			() => world.pass(random() * 10_000),
		];
		for (let step = 0; step < 60; step++) {
			await pick(steps)();
			if (random() < 0.7) for (const {dir} of shared) world.touch(dir);
			await world.pass(random() * 4000);
		}
		const expected = new Map<string, string>();
		for (const {dir} of shared) for (const [name, id] of await wanted(dir)) expected.set(id, join(dir, name));
		const facts = () => [...world.engine.torrents].map(([id, {state}]) => `${id} ${state}`).sort();
		const goal = [...expected.keys()].map(id => `${id} seeding`).sort();
		await world.until(
			() => `as it should be: ${facts()}\ninstead of ${[...expected].join(' | ')}`,
			() => facts().join() === goal.join(),
			7_200_000,
		);
		await world.pass(60_000);
		assert.deepEqual(facts(), goal);
		for (const [id, {options}] of world.engine.torrents)
			assert.ok(
				expected.get(id)!.startsWith(options.dir!) ||
					existsSync(join(options.dir!, world.engine.torrents.get(id)!.root)),
			);
		assert.ok(!world.engine.log.some(line => /stumbled|failed/.test(line)), world.engine.log.join('\n'));
	});
}
