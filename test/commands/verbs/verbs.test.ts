import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import type {Command as EngineCommand} from '../../../source/api/command.ts';
import type {TorrentView} from '../../../source/api/snapshot.ts';
import {UserError} from '../../../source/base/errors.ts';
import {serveEngine} from '../../../source/bridge/socket/serve-engine.ts';
import {socketPath} from '../../../source/bridge/socket/socket-path.ts';
import {loadCommand} from '../../../source/commands/arguments/dispatch.ts';
import {examples} from '../../../source/commands/arguments/examples.ts';
import {commandHelp, generalHelp, helpWidth} from '../../../source/commands/arguments/help.ts';
import {selectionNotes} from '../../../source/commands/arguments/selection-notes.ts';
import {verbNames} from '../../../source/commands/arguments/verb-names.ts';
import {paragraphs} from '../../../source/commands/output/paragraphs.ts';
import {bencode} from '../../helpers/bencode.ts';
import {EmptyEngine} from '../../helpers/empty-engine.ts';
import {run} from '../printed.ts';
import {torrentView} from '../torrent-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'tortui-verbs-'));
const none = join(folder, 'none');
const live = join(folder, 'live');
const torrent = join(folder, 'x.torrent');
const broken = join(folder, 'broken.torrent');
const hash = 'c0ffee'.padEnd(40, '0');
const magnet = `magnet:?xt=urn:btih:${hash}`;

const torrents: readonly TorrentView[] = [
	torrentView({id: hash, name: 'Coast Recordings'}),
	torrentView({id: 'abcd'.repeat(10), name: 'Storm'}),
	torrentView({id: 'abcd'.padEnd(40, '0'), name: 'Storm II'}),
];

class ListedEngine extends EmptyEngine {
	override async send(command: EngineCommand) {
		const reply = await super.send(command);
		if (command.type === 'torrent.addLink') return {id: hash};
		return command.type === 'session.list' ? {torrents} : reply;
	}
}

const engine = new ListedEngine();
let served: Awaited<ReturnType<typeof serveEngine>>;

before(async () => {
	mkdirSync(live);
	const info = {name: 'x', length: 1, 'piece length': 16_384, pieces: Buffer.alloc(20)};
	writeFileSync(torrent, bencode({info}));
	writeFileSync(broken, 'd4:infod4:name');
	served = await serveEngine(engine, socketPath(live, {}), {version: '1.2.3', about: {}});
});
after(async () => {
	await served.close('the test is over');
	rmSync(folder, {recursive: true});
});

const noEngine = /^no engine is running; start one with: tortui engine$/;

/** What is typed, the exit status, and the one line that says what is wrong. */
const mistakes: ReadonlyArray<readonly [argv: readonly string[], status: number, line: RegExp]> = [
	[['get'], 2, /^missing: get TORRENT \.\.\. \[options\] \(see: tortui get --help\)$/],
	[['get', '/none.torrent'], 1, /^no such file: \/none\.torrent$/],
	[['get', broken], 3, /broken\.torrent is not a valid torrent: /],
	[['get', folder], 1, /is a folder, not a \.torrent file$/],
	[['get', 'magnet:?xt=urn:btih:zz'], 3, /^the magnet link has no info-hash that can be read \(40 hex/],
	[['get', 'magnet:?dn=x'], 3, /^the magnet link names no torrent \(it has no xt=urn:btih: part\)$/],
	[['info', 'magnet:?xt=urn:sha1:x'], 3, /^the magnet link has no info-hash that can be read \(40 hex/],
	[['add', 'magnet:?xt=urn:btih:', '--state-dir', live], 3, /^the magnet link has no info-hash/],
	[['get', 'ftp://h/x.torrent'], 3, /^ftp:\/\/h\/x\.torrent is neither an http\(s\) URL nor a magnet link$/],
	[['get', torrent, '--no-tcp', '--no-utp'], 2, /^--no-tcp and --no-utp exclude each other/],
	[['get', torrent, '--encryption', 'yes'], 2, /^--encryption: "yes" is not one of: prefer, require, off$/],
	[['get', torrent, '--theme', 'nrod'], 2, /^--theme: "nrod" is no theme; did you mean nord\?$/],
	[['get', torrent, '--theme', 'xxxxxx'], 2, /^--theme: "xxxxxx" is no theme; there are tortui, dark, /],
	[['seed'], 2, /^missing: seed PATH/],
	[['seed', '/none'], 1, /^no such file or folder: \/none \(give PATH or TORRENT=PATH\)$/],
	[['create'], 2, /^missing: create PATH/],
	[['create', '/none'], 1, /none/],
	[['create', folder, '--v1', '--v2'], 2, /^--v1, --v2 and --hybrid exclude each other/],
	[['create', torrent, '-l', '1000'], 2, /power of two/],
	[['info'], 2, /^missing: info TORRENT/],
	[['info', torrent, torrent], 2, /^one argument too many: /],
	[['info', broken], 3, /is not a valid torrent/],
	[['info', '/none'], 1, /^no such file: \/none$/],
	[['verify'], 2, /^missing: verify TORRENT DIR/],
	[['verify', torrent], 2, /^missing: verify TORRENT DIR/],
	[['verify', torrent, '/none'], 1, /^no such folder: \/none$/],
	[['verify', torrent, torrent], 1, /^not a folder: /],
	[['verify', magnet, folder], 1, /^verify needs a \.torrent: a link does not hold the hashes$/],
	[['tracker', 'x'], 2, /^one argument too many: "x"/],
	[['tracker', '--bind', 'host'], 2, /^--bind: "host" is not an IP address$/],
	[['tracker', '--port', 'x'], 2, /^--port: "x" is not a whole number/],
	[['attach'], 2, /^the screen needs a terminal \(over SSH: ssh -t\); without one use: tortui list$/],
	[['add'], 2, /^missing: add TORRENT/],
	[['add', torrent, '--state-dir', none], 1, noEngine],
	[['list', 'x'], 2, /^one argument too many: "x"/],
	[['list', '--state-dir', none], 1, noEngine],
	[['pause'], 2, /^missing: pause ID/],
	[['pause', 'x', '--state-dir', none], 1, noEngine],
	[['pause', 'stom', '--state-dir', live], 1, /^no torrent "stom"; did you mean "Storm"\?$/],
	[['pause', 'zzzzzzzzzz', '--state-dir', live], 1, /^no torrent "zzzzzzzzzz" \(see: tortui list\)$/],
	[['pause', 'abcd', '--state-dir', live], 2, /^"abcd" fits 2 torrents; give more of the info-hash/],
	[['pause', 'all', 'c0ffee', '--state-dir', live], 2, /^all means every torrent: give it alone/],
	[['resume'], 2, /^missing: resume ID/],
	[['resume', 'x', '--state-dir', none], 1, noEngine],
	[['resume', 'zzzzzzzzzz', '--state-dir', live], 1, /^no torrent "zzzzzzzzzz"/],
	[['remove'], 2, /^missing: remove ID/],
	[['remove', 'x', '--state-dir', none], 1, noEngine],
	[['remove', 'zzzzzzzzzz', '--state-dir', live], 1, /^no torrent "zzzzzzzzzz"/],
	[['stop', 'x'], 2, /^one argument too many: "x"/],
	[['stop', '--state-dir', none], 1, noEngine],
	[
		['config', 'x'],
		2,
		/^config "x": there is config, config set NAME VALUE, config unset NAME, config reload$/,
	],
	[['completion'], 2, /^missing: completion bash\|zsh\|fish/],
	[['completion', 'csh'], 2, /^completion: "csh" is not one of: bash, zsh, fish$/],
	[['demo', 'x'], 2, /^one argument too many: "x"/],
	[['lsit'], 2, /^no command or file "lsit"; did you mean tortui list\?$/],
];

for (const [argv, status, line] of mistakes) {
	const name = argv.map(word => word.replace(`${folder}/`, '')).join(' ');
	test(`tortui ${name}: one line, exit status ${status}`, async () => {
		const {status: got, out, error} = await run(argv);
		assert.match(error, line);
		assert(!error.trimEnd().includes('\n'), error);
		assert.deepEqual([got, out], [status, '']);
	});
}

test('a link and an info-hash are handed to the engine as they are', async () => {
	for (const link of [magnet, hash]) {
		engine.commands.length = 0;
		const {status, out, error} = await run(['add', link, '--state-dir', live]);
		assert.deepEqual([status, out, error], [0, `${hash}\n`, '']);
		const [command] = engine.commands;
		assert.deepEqual(
			[command?.type, command?.type === 'torrent.addLink' && command.link],
			['torrent.addLink', link],
		);
	}
});

test('get of a magnet link nobody has waits as long as it may, and says why', async () => {
	for (const link of [magnet, hash]) {
		const argv = ['--no-dht', '--no-lsd', '--port', '0', '--dir', folder, '--state-dir', join(folder, 'get')];
		const {status, out, error} = await run(['get', link, '--timeout', '1s', ...argv]);
		assert.equal(status, 1);
		assert.match(
			error,
			/^(c0ffee0+): no peers and no tracker to ask: add a tracker or a peer \(given up after 1 s\)$/m,
		);
		assert.match(out, /^failed: c0ffee0+, /m);
	}
});

test('every verb refuses an option it does not have and names the nearest', async () => {
	for (const verb of verbNames.filter(name => name !== 'session')) {
		const {status, error} = await run([verb, '--hepl']);
		assert.equal(status, 2, verb);
		assert.match(error, /^unknown option --hepl; did you mean --help\?/, verb);
	}
});

test('add reads the config file, and tells the engine what was only usual; goals for all it knows itself', async () => {
	const home = join(folder, 'config');
	mkdirSync(join(home, 'tortui'), {recursive: true});
	const config = {
		dir: '/srv/data',
		'seed-ratio': 2,
		sequential: true,
		'max-upload': '1M',
		select: ['1', '*.mkv'],
	};
	writeFileSync(join(home, 'tortui/config.json'), JSON.stringify(config));
	const add = async (...argv: string[]) => {
		const {status, error} = await run(['add', torrent, '--state-dir', live, ...argv], {
			env: {XDG_CONFIG_HOME: home},
		});
		assert.deepEqual([status, error], [0, '']);
		const command = engine.commands.at(-1);
		assert.ok(command?.type === 'torrent.add');
		return command.options;
	};
	assert.deepEqual(await add(), {
		dir: '/srv/data',
		select: ['1', '*.mkv'],
		sequential: true,
		usual: ['dir', 'select', 'sequential'],
	});
	assert.deepEqual(
		await add(
			'--select',
			'1',
			'--dir',
			'/tmp',
			'--peer',
			'127.0.0.1:1',
			'--seed-ratio',
			'1',
			'--at-goal',
			'50K',
		),
		{
			dir: '/tmp',
			peers: ['127.0.0.1:1'],
			select: '1',
			sequential: true,
			seedRatio: 1,
			goal: {atGoal: 51_200},
			usual: ['sequential'],
		},
	);
});

test('add says what a torrent that was there already got', async () => {
	const add = async (merged: object, ...argv: string[]) => {
		const {send} = engine;
		engine.send = async () => ({id: hash, already: true, merged}) as never;
		try {
			return (await run(['add', torrent, '--state-dir', live, ...argv])).out;
		} finally {
			engine.send = send;
		}
	};
	const some = {trackers: 2, peers: 1, files: 3};
	assert.equal(await add(some), `${hash} (was there already: added 2 trackers, 1 peer, 3 wanted files)\n`);
	assert.equal(
		await add({trackers: 0, peers: 0, files: 0}),
		`${hash} (was there already, with nothing to add)\n`,
	);
	assert.equal(
		await add({trackers: 0, peers: 0, files: 0, set: ['label', 'order'], dir: '/srv/a'}),
		`${hash} (was there already: set its label, order; its data stays in /srv/a)\n`,
	);
	assert.deepEqual(JSON.parse(await add(some, '--json')), {infoHash: hash, already: true, merged: some});
});

test('pause, resume and remove do what they say to the torrents that are meant', async () => {
	const before = engine.commands.length;
	for (const verb of ['pause', 'remove']) await run([verb, 'c0ffee', 'Storm', '--state-dir', live]);
	await run(['pause', 'all', '--state-dir', live]);
	const told = engine.commands.slice(before).filter(({type}) => type !== 'session.list');
	assert.deepEqual(
		told.map(command => [command.type, 'id' in command ? command.id.slice(0, 6) : '']),
		[
			['torrent.pause', 'c0ffee'],
			['torrent.pause', 'abcdab'],
			['torrent.remove', 'c0ffee'],
			['torrent.remove', 'abcdab'],
			['session.pauseAll', ''],
		],
	);
});

test('a torrent that is refused holds up no other, and each refusal is told', async () => {
	const second = join(folder, 'y.torrent');
	const info = {name: 'y', length: 1, 'piece length': 16_384, pieces: Buffer.alloc(20)};
	writeFileSync(second, bencode({info}));
	const {send} = engine;
	let count = 0;
	engine.send = async command => {
		if (command.type === 'session.list') return {torrents};
		count++;
		if (count === 3) return {id: hash, removed: {deleted: 1, kept: 0, keptFiles: []}};
		throw new UserError('refused', `refused ${count}`);
	};
	try {
		for (const argv of [
			['add', torrent, second, torrent],
			['remove', 'c0ffee', 'abcdab', 'abcd000', '--with-data'],
			['pause', 'c0ffee', 'abcdab', 'abcd000'],
			['resume', 'c0ffee', 'abcdab', 'abcd000'],
		]) {
			count = 0;
			const {status, out, error} = await run([...argv, '--state-dir', live]);
			assert.deepEqual([count, status, error], [3, 1, 'refused 1\nrefused 2'], argv[0]);
			if (argv[0] === 'add') assert.equal(out, `${hash}\n`);
			if (argv[0] === 'remove') assert.equal(out, 'Storm II: 1 file deleted\n');
		}
	} finally {
		engine.send = send;
	}
});

test('list is a table on a terminal, tabs in a pipe, and JSON where that is asked for', async () => {
	const table = await run(['list', '--state-dir', live], {columns: 100});
	assert.match(table.out, /^┌.*┬.*\n│ ID +│ State +│ Done/);
	assert.match(table.out, /│ c0ffee00 │ downloading │.*│ Coast Recordings *│\n/);
	for (const line of table.out.trimEnd().split('\n')) assert(line.length <= 100, line);
	const piped = await run(['list', '--state-dir', live]);
	assert.deepEqual(piped.out.split('\n')[0]?.split('\t'), [
		hash,
		'downloading',
		'0',
		'1000',
		'0',
		'0',
		'',
		'0',
		'Coast Recordings',
	]);
	const json = await run(['list', '--state-dir', live, '--json']);
	assert.equal(JSON.parse(json.out).length, torrents.length);
});

test('a line of help is no longer than 79 cells', async () => {
	const session = await loadCommand('session');
	const helps = [generalHelp(session)];
	for (const verb of verbNames) helps.push(commandHelp(await loadCommand(verb)));
	for (const help of helps) {
		for (const line of help.split('\n')) assert(line.length <= 79, line);
	}
	assert.match(helps[0]!, /nord, dracula/);
});

test('help fills the width of the terminal by paragraphs, and has examples of every command', async () => {
	for (const verb of verbNames) {
		const command = await loadCommand(verb);
		assert.ok(examples[verb].length > 0, verb);
		const kept = new Set<string>([...(command.notes ?? []), ...selectionNotes]);
		for (const width of [40, 79, 110]) {
			const help = verb === 'session' ? generalHelp(command, width) : commandHelp(command, width);
			const lines = help.split('\n');
			for (const line of lines) {
				// What is typed, and what stands as it is, is not broken, and a word is not cut.
				const isTyped =
					/^ {2}(?:sudo |tortui|source|ssh|curl)/.test(line) || /^ *\S+$/.test(line) || kept.has(line);
				assert.ok(line.length <= width || isTyped, `${width}: ${line}`);
			}
			for (const [example] of examples[verb]) assert.ok(help.includes(`\n  ${example}`), example);
		}
	}
	const demo = await loadCommand('demo');
	const widest = (width: number) =>
		Math.max(
			...commandHelp(demo, width)
				.split('\n')
				.map(({length}) => length),
		);
	assert.ok(widest(110) > 100, 'lines of the source are no lines of the help');
	assert.deepEqual(
		[helpWidth(undefined), helpWidth(0), helpWidth(20), helpWidth(80), helpWidth(300)],
		[79, 79, 40, 79, 110],
	);
});

test('what follows each other is a paragraph; an empty line ends it, a space before a line keeps it', () => {
	assert.deepEqual(paragraphs(['a b', 'c', '', 'd', '  e  f', '  g', 'h', 'i']), [
		'a b c',
		'd',
		'  e  f',
		'  g',
		'h i',
	]);
});

test('every verb is in the help of the program, the engine too', async () => {
	const help = generalHelp(await loadCommand('session'));
	for (const verb of verbNames)
		if (verb !== 'session') assert.match(help, new RegExp(`^  tortui (?:[\\w-]+\\|)*${verb}\\b`, 'm'));
	assert.doesNotMatch(commandHelp(await loadCommand('engine')), /--background/);
});

test('ways to find and reach peers are turned off without a word', async () => {
	const argv = ['--no-dht', '--no-pex', '--no-lsd', '--no-utp'];
	assert.match((await run(['get', '/none.torrent', ...argv])).error, /^no such file/);
});
