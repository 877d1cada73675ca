import assert from 'node:assert/strict';
import {mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {engineFlags} from '../../../source/commands/demo/demo.ts';
import {DemoContent} from '../../../source/commands/demo/demo-content.ts';
import {coastNick, demoShelves} from '../../../source/commands/demo/demo-shelves.ts';
import {DemoSwarm} from '../../../source/commands/demo/demo-swarm.ts';
import {openSession} from '../../../source/commands/engine-process/open-session.ts';
import {machineClock} from '../../../source/io/machine/clock.ts';
import {machineRandom} from '../../../source/io/machine/random.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** A demo's network, and an engine that knows its tracker. */
async function openDemo(t: TestContext) {
	const space = new Workspace(t);
	const swarm = await DemoSwarm.start({
		size: 1_048_576,
		unlimited: true,
		createdBy: 'test',
		catalogue: space.path('catalogue'),
		clock: machineClock,
		random: machineRandom,
	});
	t.after(() => swarm.close());
	const dir = space.path('data');
	mkdirSync(dir);
	const engine = await openSession({
		stateDir: space.path('state'),
		dir,
		restore: false,
		version: '0',
		log: () => undefined,
		flags: {...engineFlags(0), catalogue: [swarm.trackerUrl], nick: 'newcomer'},
	});
	t.after(() => engine.stop());
	return {swarm, engine, dir};
}

test('the network of the demo can be browsed, and its people are here', {timeout: 60_000}, async t => {
	const {swarm, engine} = await openDemo(t);
	const {found} = await engine.send({type: 'network.search', words: ''});
	assert.deepEqual(
		found!.torrents.map(({name}) => name).sort(),
		[...demoShelves.map(({name}) => name), swarm.metainfo.name].sort(),
	);
	for (const {name, nicks, files} of demoShelves) {
		const entry = found!.torrents.find(torrent => torrent.name === name)!;
		assert.deepEqual([...entry.nicks].sort(), [...nicks].sort(), name);
		assert.equal(entry.seeders, nicks.length, name);
		assert.equal(entry.files, files.length, name);
	}
	const {network} = await engine.send({type: 'network.look'});
	const nicks = new Set([coastNick, ...demoShelves.flatMap(shelf => shelf.nicks)]);
	assert.deepEqual(network!.people.map(({nick}) => nick).sort(), [...nicks].sort());
	const {found: shelf} = await engine.send({type: 'network.browse', nick: coastNick});
	assert.ok(shelf!.torrents.some(({name}) => name === swarm.metainfo.name));
});

test('what is shared in the demo is looked into without a peer, and really downloaded', {
	timeout: 60_000,
}, async t => {
	const {engine, dir} = await openDemo(t);
	const {found} = await engine.send({type: 'network.search', words: 'night tra'});
	assert.equal(found!.torrents.length, 1);
	const {infoHash} = found!.torrents[0]!;
	const {preview} = await engine.send({type: 'network.preview', infoHash});
	assert.equal(preview!.unknown ?? false, false);
	assert.equal(preview!.files.length, 4);
	const {id} = await engine.send({type: 'network.get', infoHash});
	await new Promise<void>(resolve => {
		const watching = engine.watch({interval: 100, torrents: true}, ({torrents}) => {
			if (torrents?.find(torrent => torrent.id === id)?.state !== 'seeding') return;
			watching.stop();
			resolve();
		});
	});
	const shelf = demoShelves.find(({name}) => name === 'Night Trains')!;
	const content = new DemoContent(shelf.size, shelf);
	let at = 0;
	for (const {path, length} of preview!.files) {
		const expected = new Uint8Array(length);
		content.read(at, expected);
		at += length;
		const written = readFileSync(join(dir, ...path));
		assert.equal(Buffer.compare(written, expected), 0, path.join('/'));
	}
	assert.equal(at, content.length);
});
