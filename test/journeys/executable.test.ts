import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {assertSame} from '../helpers/compare.ts';
import {until} from '../helpers/deadline.ts';
import {freePort} from '../helpers/ports.ts';
import {missing, type Running, run} from '../helpers/processes.ts';
import {rawSeeder} from '../helpers/raw-peer.ts';
import {Terminal} from '../helpers/tmux-terminal.ts';
import {kibibyte, makeTorrent, mebibyte, writeFile} from '../helpers/torrents.ts';
import {build} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const root = resolve(import.meta.dirname, '../..');
const skip =
	process.platform !== 'linux' || process.env['TORTUI_CLI'] !== undefined
		? 'made on Linux, of the program that is built here'
		: false;

/** The single executable on a machine where there is no node. */
class Executable {
	readonly path: string;
	readonly home: string;
	readonly #space: Workspace;

	constructor(t: TestContext) {
		build();
		this.#space = new Workspace(t);
		this.path = this.#space.path('tortui');
		this.home = this.#space.folder('home');
		execFileSync(process.execPath, ['.executable.js', this.path], {cwd: root, stdio: 'ignore'});
	}

	get space(): Workspace {
		return this.#space;
	}

	/** The environment of its words: nothing else is there. */
	words(env: Readonly<Record<string, string>> = {}): string[] {
		const all = {
			HOME: this.home,
			TORTUI_HOME: this.#space.path('state'),
			PATH: '/nowhere',
			LC_ALL: 'C.UTF-8',
		};
		const named = Object.entries({...all, TMPDIR: this.#space.dir, ...env});
		const config = `XDG_CONFIG_HOME=${process.env['XDG_CONFIG_HOME'] ?? this.#space.path('config')}`;
		return ['-i', config, ...named.map(([name, value]) => `${name}=${value}`)];
	}

	run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Running> {
		return run(this.#space, '/usr/bin/env', [...this.words(env), this.path, ...args], {within: 60_000});
	}
}

const tools = missing('tmux', 'bash');

test('the single executable downloads, shows its screen, and keeps an engine in the background, where there is no node', {
	skip: skip || tools,
}, async t => {
	const executable = new Executable(t);
	const {space} = executable;
	const content = writeFile(space.folder('theirs'), 'film.mkv', 12 * mebibyte + 5);
	const torrent = makeTorrent(content, 128 * kibibyte);
	const file = torrent.write(space.path('film.torrent'));
	const seeder = await rawSeeder(space, torrent);
	const meets = ['--peer', seeder.address, '--bind', '127.0.0.1', '--port', String(await freePort())];

	const got = await executable.run(['get', file, '-d', space.folder('got'), ...meets]);
	assert.equal(got.ended?.code, 0, got.stderr);
	assertSame(space.path('got', 'film.mkv'), content.root);

	space.defer(() => executable.run(['stop']));
	seeder.setRate(2 * mebibyte);
	const terminal = await Terminal.open(space, 100, 30);
	const words = executable.words({TERM: 'xterm-256color'}).join(' ');
	terminal.enter(`env ${words} ${executable.path} ${file} -d ${space.folder('ours')} ${meets.join(' ')}`);
	await terminal.sees(/film\.mkv[\s\S]*1 Pieces[\s\S]*127\.0\.0\.1/, 30_000);
	const restarted = await executable.run(['restart']);
	assert.equal(restarted.ended?.code, 0, restarted.stderr);
	await terminal.sees(/film\.mkv[\s\S]*127\.0\.0\.1/, 30_000);
	terminal.press('q');
	await terminal.sees(/\bdetach\b/);
	terminal.press('d');
	assert.equal(await terminal.prompt(), 0);
	seeder.setRate(64 * mebibyte);
	await until('it to be complete', 30_000, async () => {
		const [view] = JSON.parse((await executable.run(['list', '--json'])).stdout);
		return view?.completed === content.length;
	});
	assertSame(space.path('ours', 'film.mkv'), content.root);
});

test('the single executable unpacks itself once, where nobody else can write, and says when it cannot', {
	skip,
}, async t => {
	const executable = new Executable(t);
	const {space, home} = executable;
	const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	const both = await Promise.all([executable.run(['--version']), executable.run(['--version'])]);
	for (const {stdout, stderr} of both) assert.deepEqual([stdout, stderr], [`${version}\n`, '']);
	const cache = join(home, '.cache/tortui');
	const [folder] = readdirSync(cache).filter(name => name.startsWith('program-'));
	const unpacked = (name: string) => join(cache, folder!, 'dist', name);
	assert.equal(statSync(join(cache, folder!)).mode & 0o777, 0o700);
	assert.ok(!readdirSync(join(cache, folder!, 'dist')).some(name => name.endsWith('.draft')));

	// What was cut short or swept away is put right.
	writeFileSync(unpacked('dispatch.js'), 'broken');
	rmSync(unpacked('disk-worker.js'));
	assert.equal((await executable.run(['info', '--help'])).ended?.code, 0);
	assert.ok(existsSync(unpacked('disk-worker.js')));

	// Where others can write it is not run from.
	chmodSync(cache, 0o777);
	assert.equal((await executable.run(['--version'])).stdout, `${version}\n`);
	const beside = readdirSync(space.dir).find(name => /^tortui-\d+$/.test(name));
	assert.ok(beside !== undefined);
	const nowhere = await executable.run(['--version'], {HOME: executable.path, TMPDIR: executable.path});
	assert.equal(nowhere.ended?.code, 1);
	assert.match(
		nowhere.stderr,
		/^tortui: it has nowhere to unpack itself \([^\n]+\): name a folder with XDG_CACHE_HOME\n$/,
	);

	assert.match((await executable.run(['completion', 'bash'])).stdout, /complete/);
	assert.match((await executable.run(['--man'])).stdout, /^\.TH TORTUI 1/);
	const unit = await executable.run(['service', 'install', '--print']);
	assert.match(unit.stdout, new RegExp(`^ExecStart=${executable.path} engine --replace `, 'm'));
});
