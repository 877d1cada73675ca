import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
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
		'"no-tcp": true,',
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
		'4: unknown setting "no-dir"',
		'5: no-tcp: peers are reached over TCP only, without it nothing would be left',
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
		['{\n"a": 1,\n}', 3],
		['{\n\n"a": 1\n"b": 2}', 4],
		['{\n"a": [1,\n 2', 3],
		['{"a": "b', 1],
		['{\n// a comment\n"a": 1}', 2],
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
