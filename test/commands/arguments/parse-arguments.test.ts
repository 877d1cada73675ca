import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Command, defineCommand, type Options} from '../../../source/commands/arguments/command.ts';
import {choose} from '../../../source/commands/arguments/dispatch.ts';
import {sharedOptions} from '../../../source/commands/arguments/flags.ts';
import {
	type Defaults,
	parseArguments,
	withDefaults,
} from '../../../source/commands/arguments/parse-arguments.ts';

const hash = 'a'.repeat(40);

/** A command line, and what it is taken for. `*` marks files that exist. */
const lines: ReadonlyArray<readonly [line: string, meaning: string]> = [
	['', 'session'],
	['--help', 'help'],
	['-h', 'help'],
	['--version', 'version'],
	['help', 'help'],
	['help get', 'get --help'],
	['get x.torrent --json', 'get x.torrent --json'],
	['x.torrent -d DIR', 'session x.torrent -d DIR'],
	['-d DIR x.torrent', 'session -d DIR x.torrent'],
	['- -d DIR', 'session - -d DIR'],
	['./get', 'session ./get'],
	['movie*', 'session movie*'],
	['get*', 'get*'],
	['magnet:?xt=urn:btih:x', 'session magnet:?xt=urn:btih:x'],
	['http://h/x', 'session http://h/x'],
	[hash, `session ${hash}`],
	['engine --port 1', 'engine --port 1'],
	['gte x', 'no command or file "gte"; did you mean tortui get?'],
	['statsu', 'no command or file "statsu"; did you mean tortui status?'],
	['zzzzzz', 'no command or file "zzzzzz" (see: tortui --help)'],
	['veriyf', 'no command or file "veriyf"; did you mean tortui verify?'],
	['engin', 'no command or file "engin"; did you mean tortui engine?'],
];

for (const [line, meaning] of lines) {
	test(`tortui ${line} means: ${meaning}`, () => {
		const argv = line === '' ? [] : line.split(' ');
		let got: string;
		try {
			const {verb, rest} = choose(argv, path => path.endsWith('*'));
			got = [verb, ...rest].join(' ');
		} catch (error) {
			assert.equal((error as {exitStatus?: number}).exitStatus, 2);
			got = (error as Error).message;
		}
		if (line === 'get*') return assert.equal(got, 'session get*');
		assert.equal(got, meaning);
	});
}

const get = defineCommand({
	name: 'get',
	usage: ['get TORRENT ...'],
	summary: '',
	words: [1, 2],
	options: sharedOptions,
	run: async () => 0,
});

function parse(line: string, command: Command = get) {
	const args = parseArguments(line.split(' '), command);
	assert(args !== 'help');
	return {...args, flag: (key: string) => args.flags[key]};
}

function refused(line: string): string {
	try {
		parse(line);
	} catch (error) {
		assert.equal((error as {exitStatus?: number}).exitStatus, 2);
		return (error as Error).message;
	}
	return 'accepted';
}

test('options may stand before, between and after words, with a blank, an = or nothing before the value', () => {
	for (const line of ['x -d D -p 80', '-dD x --port=80', '--dir D -p80 x', '-d=D --port 80 -- x']) {
		const {input, flag} = parse(line);
		assert.deepEqual([input, flag('dir'), flag('port')], [['x'], 'D', 80], line);
	}
});

test('a value may begin with a dash, and after -- everything is a word', () => {
	const {input, flag} = parse('--dir -x -- --json');
	assert.deepEqual([flag('dir'), input, flag('json')], ['-x', ['--json'], false]);
});

test('what is not given is undefined, off or empty; --no-x turns x off', () => {
	const {flag, given} = parse('x --no-dht --peer 1.2.3.4:5 --peer [::1]:6');
	assert.deepEqual(
		[flag('dir'), flag('json'), flag('pex'), flag('dht'), flag('bind'), flag('peer')],
		[undefined, false, true, false, [], ['1.2.3.4:5', '[::1]:6']],
	);
	assert.deepEqual([...given].sort(), ['dht', 'peer']);
});

test('of an option that was given twice the last one counts', () => {
	const {flag} = parse('x --dir A --dir B --json --json');
	assert.deepEqual([flag('dir'), flag('json')], ['B', true]);
});

test('a hash of digits only stays the text it is', () => {
	const digits = '0123456789'.repeat(4);
	assert.deepEqual(parse(digits).input, [digits]);
});

test('sizes, rates and times are read in their units', () => {
	for (const [text, value] of [
		['500K', 512_000],
		['2M', 2_097_152],
		['1.5G', 1_610_612_736],
		['12', 12],
		['1MiB', 1_048_576],
		['100kB/s', 102_400],
		['0', undefined],
		['none', undefined],
	] as const) {
		assert.equal(parse(`x --max-download ${text}`).flag('maxDownload'), value, text);
	}
	for (const [text, value] of [
		['90', 90],
		['90s', 90],
		['10m', 600],
		['2h', 7200],
		['1h30m', 5400],
		['1d', 86_400],
		['0', 0],
	] as const) {
		assert.equal(parse(`x --seed-time ${text}`).flag('seedTime'), value, text);
	}
});

const mistakes: ReadonlyArray<readonly [line: string, message: RegExp]> = [
	['x --selct 1', /^unknown option --selct; did you mean --select\?/],
	['x --no-dth', /^unknown option --no-dth; did you mean --no-dht\?/],
	['x -z', /^unknown option -z/],
	['x --no-port', /^unknown option --no-port/],
	['x --port', /^--port needs a value/],
	['x -d', /^-d needs a value/],
	['x --json=yes', /^--json takes no value/],
	['x --port 65536', /^--port: "65536" is not a whole number from 0 to 65535$/],
	['x --port 1e3', /^--port: "1e3" is not a whole number/],
	['x --port NaN', /^--port: "NaN" is not/],
	['x --max-peers 0', /^--max-peers: "0" is not/],
	['x --seed-ratio -1', /^--seed-ratio: "-1" is not a number such as 1.5$/],
	['x --seed-ratio Infinity', /^--seed-ratio: "Infinity" is not/],
	['x --max-upload fast', /^--max-upload: "fast" is not a rate such as 500K or 2M/],
	['x --seed-time 5y', /^--seed-time: "5y" is not a time such as 90s, 10m or 2h$/],
	['x --encryption yes', /^--encryption: "yes" is not one of: prefer, require, off$/],
	['x --peer host', /^--peer: "host" is not HOST:PORT$/],
	['x --peer host:0', /^--peer: "host:0" is not HOST:PORT$/],
	['x --tracker ftp://h/', /^--tracker: "ftp:\/\/h\/" is not a tracker URL/],
	['x --dir=', /^--dir needs a value/],
	['--json', /^missing: get TORRENT/],
	['x y z', /^one argument too many: "z"/],
];

for (const [line, message] of mistakes) {
	test(`tortui get ${line} is refused in one line`, () => {
		assert.match(refused(line), message);
		assert(!refused(line).includes('\n'));
	});
}

test('what the config file says holds where nothing was typed', () => {
	const config = new Map<string, {value: string | boolean | readonly string[]; where: string}>([
		['dir', {value: '/data', where: 'dir in config.json'}],
		['port', {value: '7000', where: 'port in config.json'}],
		['dht', {value: false, where: 'dht in config.json'}],
		['bind', {value: ['10.0.0.1', '10.0.0.2'], where: 'bind in config.json'}],
	]);
	const settled = (words: string[], defaults: Defaults) => {
		const args = parseArguments(words, get);
		assert(args !== 'help');
		return withDefaults(args, get, defaults);
	};
	const {flags, given} = settled(['x', '--port', '80'], config);
	const flag = (key: string) => flags[key];
	assert.deepEqual(
		[flag('dir'), flag('port'), flag('dht'), flag('bind')],
		['/data', 80, false, ['10.0.0.1', '10.0.0.2']],
	);
	assert.deepEqual([...given], ['port']);
	config.set('port', {value: 'x', where: 'port in config.json'});
	assert.throws(() => settled(['x'], config), /^UserError: port in config.json: "x" is not/);
});

test('--help anywhere but in a value asks for help', () => {
	assert.equal(parseArguments(['x', '--help'], get), 'help');
	assert.equal(parseArguments(['-h'], get), 'help');
	assert.notEqual(parseArguments(['x', '--dir', '--help'], get), 'help');
});

test('no two options of a command share a letter', () => {
	const letters = Object.values(sharedOptions as Options).flatMap(({short}) => (short ? [short] : []));
	assert.equal(new Set(letters).size, letters.length);
});
