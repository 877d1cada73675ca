import assert from 'node:assert/strict';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import type {FoundTorrent} from '../../source/api/network-view.js';
import {BackgroundEngine} from '../helpers/background-engine.ts';
import {until} from '../helpers/deadline.ts';
import {freePort} from '../helpers/ports.ts';
import {findProgram, missing, Running} from '../helpers/processes.ts';
import {makeTorrent, writeFile} from '../helpers/torrents.ts';
import {startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const patience = 90_000;
const none = ['--no-dht', '--no-lsd', '--no-pex', '--no-port-map'];

/** A tracker with a catalogue, and people who share files and fetch those of others, all in processes of their own. */
class Group {
	readonly space: Workspace;
	readonly url: string;
	/** Where each file was first, by its name. */
	readonly files = new Map<string, string>();
	readonly #engines = new Map<string, BackgroundEngine>();

	private constructor(space: Workspace, url: string) {
		this.space = space;
		this.url = url;
	}

	static async open(t: TestContext): Promise<Group> {
		const space = new Workspace(t);
		const port = await freePort();
		const tracker = startTortui(
			space,
			['tracker', '--catalogue', '--port', `${port}`, '--bind', '127.0.0.1'],
			{env: {TORTUI_HOME: space.path('tracker')}},
		);
		await tracker.output(/Ctrl-C ends it/, 20_000);
		return new Group(space, `http://127.0.0.1:${port}`);
	}

	/** Somebody comes, or comes back. */
	async come(nick: string): Promise<BackgroundEngine> {
		const args = ['--catalogue', this.url, '--nick', nick, '--dir', this.space.folder(`${nick}-data`)];
		const engine = await BackgroundEngine.start(this.space, nick, [...args, ...none]);
		this.#engines.set(nick, engine);
		return engine;
	}

	/** Adds so many files that somebody shares. */
	async share(nick: string, count: number): Promise<void> {
		for (let number = 1; number <= count; number++) {
			const name = `${nick} take ${number}.flac`;
			const content = writeFile(this.space.folder(`${nick}-data`), name, 20_000 + number * 7001);
			const path = makeTorrent(content, 16_384, true).write(this.space.path(`${name}.torrent`), []);
			await this.engine(nick).send({
				type: 'torrent.add',
				metainfo: readFileSync(path).toString('base64'),
				options: {dir: content.dir, publish: true},
			});
			this.files.set(name, content.root);
		}
	}

	engine(nick: string): BackgroundEngine {
		return this.#engines.get(nick)!;
	}

	/** All that is shared, as somebody finds it. */
	async found(nick: string): Promise<FoundTorrent[]> {
		const all: FoundTorrent[] = [];
		let after: string | undefined;
		do {
			const {found} = await this.engine(nick).send({
				...{type: 'network.search', words: 'take'},
				...(after !== undefined && {after}),
			});
			all.push(...found!.torrents);
			after = found!.next;
		} while (after !== undefined);
		return all;
	}

	/** Waits until somebody finds all files, and fetches those that they have not. */
	async fetchAll(nick: string): Promise<void> {
		let seen = 0;
		const all = await until(
			() => `${nick} to find ${this.files.size} files, found ${seen}`,
			patience,
			async () => {
				const torrents = await this.found(nick);
				seen = torrents.length;
				return seen === this.files.size ? torrents : undefined;
			},
			500,
		);
		for (const {infoHash, already} of all)
			if (!already) await this.engine(nick).send({type: 'network.get', infoHash});
	}

	/** Waits until somebody has all files, each as it was. */
	async has(nick: string): Promise<void> {
		let missingFiles = '';
		await until(
			() => `${nick} to have all files: ${missingFiles}`,
			patience,
			async () => {
				const {torrents = []} = await this.engine(nick).send({type: 'session.list'});
				const left = torrents.filter(({state}) => state !== 'seeding');
				missingFiles = left.map(({name, state, reason}) => `${name} ${state} ${reason?.text}`).join('; ');
				return torrents.length === this.files.size && left.length === 0;
			},
			200,
		);
		this.assertSame(this.space.path(`${nick}-data`));
	}

	assertSame(dir: string): void {
		assert.deepEqual(readdirSync(dir).sort(), [...this.files.keys()].sort());
		for (const [name, original] of this.files) assert.ok(isSame(`${dir}/${name}`, original), name);
	}
}

function isSame(path: string, original: string): boolean {
	return existsSync(path) && readFileSync(path).equals(readFileSync(original));
}

test('three share fifty files through the catalogue alone, one is restarted and one killed on the way, a fourth finds all', async t => {
	const group = await Group.open(t);
	await Promise.all(['ada', 'bo', 'cy'].map(nick => group.come(nick)));
	await group.share('ada', 20);
	await group.share('bo', 18);
	await group.share('cy', 12);
	await group.fetchAll('ada');
	const fetching = Promise.all([group.fetchAll('bo'), group.fetchAll('cy')]);
	await fetching;
	// In the middle of it, whatever each has by then.
	assert.equal((await group.engine('bo').stop()).code, 0);
	await group.engine('cy').kill();
	await Promise.all([group.come('bo'), group.come('cy')]);
	const {network} = await group.engine('ada').send({type: 'network.look'});
	assert.equal(network?.nick, 'ada');
	await group.come('dee');
	await group.fetchAll('dee');
	await Promise.all(['ada', 'bo', 'cy', 'dee'].map(nick => group.has(nick)));
	const people = await group.engine('dee').send({type: 'network.look'});
	assert.deepEqual(
		people.network?.people.map(({nick, torrents}) => [nick, torrents]),
		[
			['ada', 20],
			['bo', 18],
			['cy', 12],
		],
	);
	assert.equal((await group.engine('ada').stop()).code, 0);
	assert.equal((await group.found('dee')).length, 30);
});

test('the same with aria2 as one of them: it fetches by the links that are found, and others fetch from it', {
	skip: missing('aria2c'),
}, async t => {
	const group = await Group.open(t);
	await Promise.all(['ada', 'bo'].map(nick => group.come(nick)));
	await group.share('ada', 26);
	await group.share('bo', 24);
	await group.fetchAll('bo');
	const all = await group.found('ada');
	assert.equal(all.length, 50);
	const dir = group.space.folder('aria2-data');
	const aria2 = new Running(group.space, findProgram('aria2c')!, [
		...['--no-conf', '--enable-dht=false', '--enable-dht6=false', '--disable-ipv6=true'],
		...['--bt-enable-lpd=false', '--enable-peer-exchange=false', `--listen-port=${await freePort()}`],
		...['--file-allocation=none', '--seed-ratio=0.0', '--summary-interval=0', '--show-console-readout=false'],
		...['--bt-save-metadata=false', '--max-concurrent-downloads=60', '-Z', '-d', dir],
		...all.map(({magnet}) => magnet),
	]);
	await group.has('bo');
	let lacking = '';
	await until(
		() => `aria2 to have all files, it lacks ${lacking}`,
		patience,
		() => {
			assert.equal(aria2.ended, undefined);
			lacking = [...group.files]
				.filter(([name, original]) => !isSame(`${dir}/${name}`, original))
				.map(([name]) => name)
				.join(', ');
			return lacking === '';
		},
		200,
	);
	// What was bo's and ada's is aria2's alone, as long as the tracker takes them for alive.
	await group.engine('ada').kill();
	await group.engine('bo').kill();
	await group.come('dee');
	await group.fetchAll('dee');
	await group.has('dee');
});
