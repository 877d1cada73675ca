import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, test} from 'node:test';
import {configPath, readConfig} from '../../../source/commands/arguments/config-file.ts';
import {parseArguments} from '../../../source/commands/arguments/parse-arguments.ts';
import {command} from '../../../source/commands/verbs/config.ts';

const home = mkdtempSync(join(tmpdir(), 'tortui-config-'));
after(() => rmSync(home, {recursive: true}));
const env = {HOME: home};
const path = configPath(env);
mkdirSync(join(home, '.config/tortui'), {recursive: true});

/** What `tortui config` says of a file that holds these lines: its status, its faults without the path, and its values. */
async function judge(...lines: string[]) {
	writeFileSync(path, lines.join('\n'));
	const faults: string[] = [];
	let text = '';
	const args = parseArguments(['--json'], command);
	assert.notEqual(args, 'help');
	const status = await command.run(
		args as Exclude<typeof args, 'help'>,
		{
			env,
			stdout: {write: (part: string) => (text += part)} as unknown as NodeJS.WriteStream,
			warn: (message: string) => faults.push(message.replace(`${path}:`, '')),
		} as never,
	);
	return {status, faults, settings: JSON.parse(text).settings as Record<string, unknown>};
}

test('a config file in which all is well has no faults', async () => {
	const {status, faults, settings} = await judge(
		'\uFEFF{"max-peers": 80, "no-dht": true, "slow-times": ["08:00-18:00"],',
		' "frames": "double", "bell": false, "keys": {"pause": ["p", "ctrl-p"], "quit": "q"}}',
	);
	assert.deepEqual(faults, []);
	assert.equal(status, 0);
	assert.equal(settings['max-peers'], '80');
});

test('every name and every value is judged, each with its line and what is allowed', async () => {
	const {status, faults, settings} = await judge(
		'{',
		'"max-uplaod": 1,',
		'"max-peers": 0, "theme": "nrod",',
		'"no-dir": "x",',
		'"no-tcp": 1,',
		'"sequential": "yes",',
		'"bind": [1],',
		'"seed-time": ["soon"],',
		'"tracker": ["http://a.example/announce", "ftp://b.example"],',
		'"bell": 1,',
		'"frames": "round",',
		'"keys": {"puase": "p", "quit": ["contrl-q"]}',
		'}',
	);
	assert.equal(status, 2);
	assert.deepEqual(faults, [
		'2: unknown setting "max-uplaod"; did you mean max-upload?',
		'3: max-peers: "0" is not a whole number from 1 to 10000',
		'3: theme: "nrod" is no theme; did you mean nord?',
		'4: unknown setting "no-dir"; tortui config lists those there are',
		'5: no-tcp must be true or false',
		'6: sequential must be true or false',
		'7: bind must be a list of texts',
		'8: seed-time must be a text or number',
		'9: tracker: "ftp://b.example" is not a tracker URL (http://, https:// or udp://)',
		'10: bell must be true or false',
		'11: frames: "round" is not one of: rounded, square, double, ascii',
		'12: keys: there is no command “puase”; did you mean pause?',
		'12: keys: “contrl-q” is no key; write p, P, ctrl-p, space, enter, f1 …',
	]);
	assert.equal(settings['max-peers'], '50', 'what is wrong is not in force');
});

test('the line is that of the name itself, whatever stands before it', async () => {
	const {faults} = await judge(
		'{"keys": {"pause": ["}",',
		'"\\"port"]}, "name": "port\\": {",',
		'"dir": "a",',
		'"port": "x", "dir":',
		'"b"}',
	);
	assert.deepEqual(faults, [
		'1: keys: “"port” is no key; write p, P, ctrl-p, space, enter, f1 …',
		'4: dir is set on line 3 already; this one holds',
		'4: port: "x" is not a whole number from 0 to 65535',
	]);
});

test('what is no JSON is told with its line', () => {
	for (const [text, line] of [
		['{\n\n"a": 1\n"b": 2}', 4],
		['{\n"a": [1,\n 2', 3],
		['{"a": "b', 1],
		['{\n/* a comment', 2],
	] as const) {
		writeFileSync(path, text);
		assert.throws(
			() => readConfig(env, () => {}),
			new RegExp(`config\\.json:${line} is not valid JSON: `),
			text,
		);
	}
});

test('paths in the config file may begin at home; other texts and other folders stay as they are', () => {
	const of = (text: string) => {
		writeFileSync(path, text);
		return Object.fromEntries([...readConfig(env, () => {})].map(([key, {value}]) => [key, value]));
	};
	assert.deepEqual(of('{"dir": "~/films", "log": "~/log", "state-dir": "~", "name": "~/x"}'), {
		dir: join(home, 'films'),
		log: join(home, 'log'),
		stateDir: home,
		name: '~/x',
	});
	assert.deepEqual(of('{"dir": "~someone/films", "log": "a/~/b"}'), {dir: '~someone/films', log: 'a/~/b'});
});

/** What `tortui config …` prints, with the path left out. */
async function config(words: readonly string[], also: NodeJS.ProcessEnv = {}): Promise<string> {
	let text = '';
	const args = parseArguments(words, command);
	assert.notEqual(args, 'help');
	await command.run(
		args as Exclude<typeof args, 'help'>,
		{
			env: {...env, ...also},
			stdout: {write: (part: string) => (text += part)} as unknown as NodeJS.WriteStream,
			warn() {},
		} as never,
	);
	return text.replaceAll(path, 'FILE');
}

test('every setting is told with where its value comes from: default, file, environment, command line', async () => {
	writeFileSync(path, '{\n"max-peers": 80,\n"no-dht": true, "bell": false,\n"shared-folders": ["/srv"]}');
	const also = {TORTUI_HOME: '/state', NO_COLOR: '1'};
	const {origins, settings} = JSON.parse(await config(['--json', '--max-peers', '30', '--port=1'], also));
	const told = ['max-peers', 'port', 'dht', 'bell', 'notify', 'state-dir', 'color', 'pex', 'shared-folders'];
	assert.deepEqual(
		told.map(name => [name, settings[name], origins[name]]),
		[
			['max-peers', 30, 'command line'],
			['port', 1, 'command line'],
			['dht', false, 'file'],
			['bell', false, 'file'],
			['notify', true, 'default'],
			['state-dir', '/state', 'environment'],
			['color', 'never', 'environment'],
			['pex', true, 'default'],
			['shared-folders', ['/srv'], 'file'],
		],
	);
	const text = await config([], also);
	for (const line of [
		/max-peers +80 +\(line 2 of the file\)/,
		/state-dir +\/state +\(from TORTUI_HOME\)/,
		/pex +true$/m,
	])
		assert.match(text, line);
});

test('set writes a value as it belongs into the file, and leaves the rest of it alone', async () => {
	const before = '// mine\n{\n\t"no-dht": true, // slow here\n\t"port": 7000\n}\n';
	writeFileSync(path, before);
	assert.equal(await config(['set', 'max-upload', '2M']), 'max-upload is "2M" now, in FILE\n');
	await config(['set', 'bind', '::1', '192.0.2.1']);
	await config(['set', 'port', '7001']);
	await config(['set', 'dht', 'on']);
	await config(['set', 'bell', 'off']);
	await config(['set', 'dir', 'films']);
	await config(['set', 'log', '~/log']);
	await config(['set', 'sequential']);
	const text = readFileSync(path, 'utf8');
	assert.match(text, /^\/\/ mine\n\{\n.*\/\/ slow here\n\t"port": 7001,\n\t"max-upload": "2M",\n/);
	const {settings} = JSON.parse(await config(['--json']));
	const names = ['max-upload', 'bind', 'port', 'dht', 'bell', 'dir', 'log', 'sequential'];
	assert.deepEqual(
		names.map(name => settings[name]),
		['2M', ['::1', '192.0.2.1'], '7001', true, false, resolve('films'), join(home, 'log'), true],
	);
});

test('set refuses what is no setting or cannot be its value, and writes nothing then', async () => {
	const before = '{"max-uplaod": 1, "port": 1}';
	writeFileSync(path, before);
	for (const [words, message] of [
		[['max-uplod', '1'], 'unknown setting "max-uplod"; did you mean max-upload?'],
		[['max-peers', '0'], 'max-peers: "0" is not a whole number from 1 to 10000'],
		[['dht', 'perhaps'], 'dht must be true or false'],
		[['port'], 'what shall port be? config set port VALUE'],
		[['port', '1', '2'], 'port has one value, "2" is one too many'],
		[['frames', 'round'], 'frames: "round" is not one of: rounded, square, double, ascii'],
		[['shared-folders', '["x"]'], 'shared-folders[1]: dir: x is not absolute: write it in full, or with ~/'],
		[[], 'missing: config set NAME'],
	] as const)
		await assert.rejects(config(['set', ...words]), {message}, words.join(' '));
	await assert.rejects(config(['sett', 'port', '1']), /there is config, config set NAME VALUE/);
	assert.equal(readFileSync(path, 'utf8'), before);
	// What is wrong elsewhere in it is no reason.
	await config(['set', 'port', '2']);
	assert.equal(readFileSync(path, 'utf8'), before.replace('"port": 1', '"port": 2'));
	await config(['unset', 'port']);
	await assert.rejects(config(['unset', 'max-uplod']), /unknown setting/);
	await config(['unset', 'max-uplaod']);
	assert.equal(readFileSync(path, 'utf8'), '{}');
});

test('unset takes a setting out in both its spellings; one that is not there is told', async () => {
	writeFileSync(path, '{"no-dht": true, "dht": true, "name": "x"}');
	assert.equal(
		await config(['unset', 'dht', 'name']),
		'no-dht, dht, name are as they come now: taken out of FILE\n',
	);
	assert.equal(readFileSync(path, 'utf8'), '{}');
	assert.equal(await config(['unset', 'name']), 'name: not in FILE, nothing was changed\n');
});
