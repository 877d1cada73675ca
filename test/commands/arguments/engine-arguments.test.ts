import assert from 'node:assert/strict';
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, test} from 'node:test';
import {type Command, defineCommand, type Flags} from '../../../source/commands/arguments/command.ts';
import {
	describeOptions,
	differences,
	engineArguments,
	isService,
	ownOptions,
	startedWith,
	typedForEngine,
} from '../../../source/commands/arguments/engine-arguments.ts';
import {sharedOptions} from '../../../source/commands/arguments/flags.ts';
import {parseArguments} from '../../../source/commands/arguments/parse-arguments.ts';
import {screenPreferences} from '../../../source/commands/screen/screen-preferences.ts';

const folder = mkdtempSync(join(tmpdir(), 'tortui-arguments-'));
after(() => rmSync(folder, {recursive: true}));

function parse(options: Command['options'], argv: readonly string[]) {
	const command = defineCommand({
		name: 'x',
		usage: [],
		summary: '',
		words: [0, 9],
		options,
		run: async () => 0,
	});
	const args = parseArguments(argv, command);
	assert(args !== 'help');
	return {flags: args.flags as unknown as Flags<typeof sharedOptions>, given: args.given};
}

test('the options of a session reach the engine it starts unchanged', () => {
	const typed = [
		'--port',
		'0',
		'--bind',
		'192.0.2.1',
		'--bind',
		'2001:db8::1',
		'--no-dht',
		'--max-upload',
		'1K',
		'--max-download',
		'none',
	];
	const session = parse(sharedOptions, typed);
	const passed = engineArguments(session.flags, session.given);
	const engine = parse(ownOptions, passed);
	for (const key of ['port', 'bind', 'dht', 'pex', 'maxUpload', 'maxDownload', 'encryption'] as const) {
		assert.deepEqual(engine.flags[key], session.flags[key], key);
	}
	assert.equal(engine.flags.dir, resolve('.'));
	assert.equal(parse(ownOptions, engineArguments(session.flags, new Set())).flags.port, undefined);
});

test('an engine is started again as it says it was started, whatever kinds its options are of', () => {
	for (const typed of [
		[],
		['--local-trackers'],
		['--no-port-map', '--no-pex'],
		[
			'--port',
			'0',
			'--bind',
			'192.0.2.1',
			'--bind',
			'::1',
			'--no-dht',
			'--local-trackers',
			'--slow-upload',
			'9K',
		],
		['--active-seeds', '3', '--allocation', 'full', '--name', 'x', '--slow-times', '08:00-18:00'],
	]) {
		const about = JSON.parse(JSON.stringify(describeOptions(parse(ownOptions, typed).flags)));
		const again = parse(ownOptions, startedWith(about, '/srv')).flags;
		assert.deepEqual(JSON.parse(JSON.stringify(describeOptions(again))), about, typed.join(' '));
		assert.equal(again.dir, '/srv');
	}
});

test('an engine is bound to addresses, not to names', () => {
	assert.deepEqual(parse(sharedOptions, ['--bind', '[::1]', '--bind', '0.0.0.0']).flags.bind, [
		'::1',
		'0.0.0.0',
	]);
	for (const wrong of ['localhost', '192.0.2', 'eth0']) {
		assert.throws(() => parse(sharedOptions, ['--bind', wrong]), {
			code: 'bad-value',
			message: `--bind: "${wrong}" is not an IP address`,
		});
	}
});

test('an engine is a service when it says that no screen started it; one of an earlier version says nothing', () => {
	assert.equal(isService({port: 1, background: false}), true);
	assert.equal(isService({port: 1, background: true}), false);
	assert.equal(isService({port: 1}), false);
});

test('only what was typed and differs from the running engine is named', () => {
	const about = JSON.parse(JSON.stringify(describeOptions(parse(sharedOptions, ['--port', '80']).flags)));
	const compare = (...argv: string[]) => {
		const {flags, given} = parse(sharedOptions, argv);
		return differences(about, flags, given);
	};
	assert.deepEqual(compare(), []);
	assert.deepEqual(compare('--port', '80', '--dht'), []);
	assert.deepEqual(compare('--port', '81', '--no-dht', '--bind', '192.0.2.1'), [
		'--port',
		'--bind',
		'--no-dht',
	]);
	assert.deepEqual(compare('--no-utp'), ['--no-utp']);
});

test('what the screen remembers survives, damaged or not; the config file goes before it', () => {
	const env = {XDG_CONFIG_HOME: folder};
	const store = screenPreferences(folder, env);
	assert.deepEqual(store.load(), {});
	store.save({theme: 'dark', bell: false});
	assert.deepEqual(store.load(), {theme: 'dark', bell: false});
	writeFileSync(join(folder, 'screen.json'), '{"theme":');
	assert.deepEqual(store.load(), {});
});

test('what is chosen on the settings screen is written to the config file, and all else there stays', () => {
	const home = mkdtempSync(join(folder, 'config-'));
	const env = {XDG_CONFIG_HOME: home};
	const {config} = screenPreferences(home, env);
	config?.write({theme: 'nord', 'max-download': '2M'});
	const path = join(home, 'tortui', 'config.json');
	assert.equal(config?.path, path);
	assert.equal(statSync(path).mode & 0o777, 0o600);
	writeFileSync(path, '{\n  "theme": "nord",\n  "max-download": "2M",\n  "keys": {"pause": ["F"]}\n}\n');
	config?.write({theme: 'dark', 'max-download': undefined});
	assert.equal(readFileSync(path, 'utf8'), '{\n  "theme": "dark",\n  "keys": {"pause": ["F"]}\n}\n');
	assert.deepEqual(screenPreferences(home, env).load(), {keys: {pause: ['F']}});
	assert.deepEqual(readdirSync(join(home, 'tortui')), ['config.json']);
	writeFileSync(path, '{');
	assert.throws(() => config?.write({theme: 'mono'}), /is not valid JSON/);
	assert.equal(readFileSync(path, 'utf8'), '{');
});

test('what an engine tells of itself, and what starts another like it, has no password of a proxy', () => {
	const typed = ['--proxy', 'socks5://ann:secret@127.0.0.1:1080', '--proxy-password-file', '/run/password'];
	const about = describeOptions(parse(ownOptions, typed).flags);
	assert.equal(about['proxy'], 'socks5://ann@127.0.0.1:1080');
	const words = startedWith({...about, background: false}, undefined);
	assert.ok(words.includes('--proxy=socks5://ann@127.0.0.1:1080'), words.join(' '));
	assert.ok(words.includes('--proxy-password-file=/run/password'));
	assert.deepEqual(typedForEngine(['node', 'tortui', 'engine', '--background', ...typed]), [
		'--proxy',
		'socks5://ann@127.0.0.1:1080',
		'--proxy-password-file',
		'/run/password',
	]);
	const {flags, given} = parse(sharedOptions, typed.slice(0, 2));
	assert.deepEqual(differences(about, flags, given), []);
});
