import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {
	chmodSync,
	copyFileSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readFileSync,
	realpathSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {dirname, join, sep} from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {beginConfig} from '../../../source/commands/service/unit-file.ts';
import {type UnitSettings, unitText} from '../../../source/commands/service/unit-text.ts';
import {execLine, unitWord} from '../../../source/commands/service/unit-words.ts';
import {missing} from '../../helpers/processes.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {run} from '../printed.ts';

/**
 * A machine with a service manager that notes what it is asked: a call `x` fails when there is a file `fail-x`, with what
 * is in it, and answers what is in `answer-x`.
 */
function machine(t: TestContext) {
	const space = new Workspace(t);
	const bin = space.folder('bin');
	const home = space.folder('home');
	const script = [
		'#!/bin/sh',
		`cd '${space.dir}'`,
		'echo "$@" >> calls',
		'for last; do [ "$last" != "--user" ] && [ "$last" != "--no-pager" ] && [ "$last" != "tortui.service" ] && word=$last; done',
		'[ -f "answer-$word" ] && cat "answer-$word"',
		'[ -f "fail-$word" ] && { cat "fail-$word" >&2; exit 1; }',
		'exit 0',
		'',
	].join('\n');
	writeFileSync(join(bin, 'systemctl'), script);
	chmodSync(join(bin, 'systemctl'), 0o755);
	const env = {PATH: `${bin}:/usr/bin:/bin`, HOME: home};
	const unit = join(home, '.config/systemd/user/tortui.service');
	return {
		space,
		home,
		env,
		unit,
		/** What the service manager was asked since the last time. */
		calls() {
			const path = space.path('calls');
			if (!existsSync(path)) return [];
			const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
			writeFileSync(path, '');
			return lines.map(line => line.replace('--no-pager ', '')).filter(line => line !== '');
		},
		say: (name: string, text: string) => writeFileSync(space.path(name), text),
		service: (...words: string[]) => run(['service', ...words], {env}),
	};
}

test('a service of a person is written, started, written anew only when it changes, and removed', async t => {
	const {service, calls, unit, home, space} = machine(t);
	const first = await service('install');
	assert.equal(first.status, 0, first.error);
	assert.match(
		first.out,
		new RegExp(`^written: ${unit}\nit runs, and keeps what it downloads in ${home}; tortui shows it`),
	);
	assert.deepEqual(calls(), [
		'--user --version',
		'--user daemon-reload',
		'--user enable tortui.service',
		'--user restart tortui.service',
	]);
	const written = readFileSync(unit, 'utf8');
	assert.match(
		written,
		/^ExecStart=\S+ tortui engine --replace --state-dir \S+\/home\/\.local\/state\/tortui --dir \S+\/home$/m,
	);
	assert.match(written, /^WantedBy=default\.target$/m);

	const again = await service('install');
	assert.match(again.out, /^as it was: /);
	assert.equal(calls().at(-1), '--user start tortui.service');
	assert.equal(readFileSync(unit, 'utf8'), written);

	const moved = await service('install', '--no-start', '--dir', space.path('data'));
	assert.match(
		moved.out,
		/^written anew: [^\n]+\nstart it with: systemctl --user enable --now tortui\.service\n$/,
	);
	assert.deepEqual(calls(), ['--user --version', '--user daemon-reload']);
	assert.ok(existsSync(space.path('data')));

	const gone = await service('uninstall');
	assert.match(gone.out, /^removed: .*; torrents and what is known of them stay\n$/);
	assert.deepEqual(calls(), ['--user disable --now tortui.service', '--user daemon-reload']);
	assert.ok(!existsSync(unit));
	assert.match((await service('uninstall')).out, /^there is no .*: nothing to do\n$/);
});

test('a unit that somebody else wrote, or changed, is neither overwritten nor removed, unless that is asked for', async t => {
	const {service, calls, unit} = machine(t);
	mkdirSync(dirname(unit), {recursive: true});
	for (const [text, why] of [
		['[Service]\nExecStart=/usr/bin/other\n', /was not written by tortui and stays as it is/],
		[
			`# Written by tortui service install (version 0.1.0, 0123456789abcdef).\n[Service]\n`,
			/was changed by hand/,
		],
		['', /was not written by tortui/],
	] as const) {
		writeFileSync(unit, text);
		for (const word of ['install', 'uninstall']) {
			const {status, error} = await service(word);
			assert.equal(status, 1);
			assert.match(error, why);
			assert.equal(readFileSync(unit, 'utf8'), text);
		}
	}
	assert.ok(!calls().some(call => /enable|start|disable/.test(call)));
	assert.equal((await service('install', '--force')).status, 0);
	assert.match(readFileSync(unit, 'utf8'), /^# Written by tortui/);
	writeFileSync(unit, `${readFileSync(unit, 'utf8')}Nice=5\n`);
	assert.equal((await service('install')).status, 1);
	assert.equal((await service('uninstall', '--force')).status, 0);
});

test('a link in the place of the unit is not followed', async t => {
	const {service, unit, space} = machine(t);
	const other = space.path('other.txt');
	writeFileSync(other, 'mine');
	mkdirSync(dirname(unit), {recursive: true});
	symlinkSync(other, unit);
	await service('install', '--force');
	assert.equal(readFileSync(other, 'utf8'), 'mine');
	assert.ok(existsSync(unit) && !lstatSync(unit).isSymbolicLink());
});

test('--print shows the unit, and does nothing; without systemctl it is said what to do, and nothing is written', async t => {
	const {service, calls, unit, home} = machine(t);
	const {out, status} = await service('install', '--print');
	assert.equal(status, 0);
	assert.match(out, /^\[Service\]$/m);
	assert.deepEqual(calls(), []);
	assert.ok(!existsSync(unit));
	const bare = await run(['service', 'install'], {env: {PATH: '/nowhere', HOME: home}});
	assert.equal(bare.status, 1);
	assert.match(bare.error, /^there is no systemctl: .*tortui engine/);
	assert.ok(!existsSync(unit));
});

test('what the service manager refuses is said in its words, and where there are no namespaces what to do', async t => {
	const {service, say, unit} = machine(t);
	say('fail-daemon-reload', 'Failed to connect to bus: No medium found\nmore\n');
	const off = await service('install');
	assert.equal(off.status, 1);
	assert.match(off.error, /^systemctl --user daemon-reload: Failed to connect to bus: No medium found$/);
	assert.ok(existsSync(unit));

	const other = machine(t);
	other.say('fail-restart', 'Job for tortui.service failed.\n');
	assert.match(
		(await other.service('install')).error,
		/restart tortui\.service: Job for .* failed\. \(see: systemctl --user status tortui\.service\)$/,
	);
	const third = machine(t);
	third.say('fail-restart', 'Job for tortui.service failed.\n');
	third.say('answer---property=ExecMainStatus', '226\n');
	const without = await third.service('install');
	assert.match(without.out, /a person may have no namespaces here: without them, then\nwritten anew: /);
	assert.match(without.error, /^systemctl --user restart tortui\.service: Job for /);
	assert.doesNotMatch(readFileSync(third.unit, 'utf8'), /ProtectSystem/);
	const plain = await third.service('install', '--print', '--no-sandbox');
	assert.doesNotMatch(plain.out, /Protect|PrivateTmp/);
	assert.match(plain.out, /NoNewPrivileges=yes/);
});

test('status says what is there and what runs, in words and as JSON; 0 only when it runs', async t => {
	const {service, say, unit} = machine(t);
	say('answer-is-enabled', 'enabled\n');
	say('answer-is-active', 'active\n');
	const none = await service('status');
	assert.match(none.out, /^unit +none at .*\nsystemd +enabled, active\n$/);
	await service('install');
	const there = await service('status', '--json');
	assert.equal(there.status, 0);
	const {path, unit: origin, enabled, active, version} = JSON.parse(there.out);
	assert.deepEqual(
		{path, origin, enabled, active, version},
		{path: unit, origin: 'ours', enabled: 'enabled', active: 'active', version: '1.2.3'},
	);
	say('answer-is-active', 'failed\n');
	const failed = await service('status');
	assert.equal(failed.status, 1);
	assert.match(failed.out, /engine +none answers \(see: systemctl --user status tortui\.service\)/);
});

test('what cannot be meant is refused in one line', async t => {
	const {service} = machine(t);
	for (const [words, why] of [
		[['start'], /"start" is not something to do with the service: install, uninstall, status/],
		[['constructor'], /is not something to do/],
		[['install', '--user', 'ada'], /--user is for --system/],
		[
			['install', '--system', '--user', 'nobody-of-this-name', '--print'],
			/there is no user nobody-of-this-name: make one with useradd/,
		],
		[['install', '--system', '--user', '-rf', '--print'], /is no user/],
		[['install', '--dir', 'a\nb', '--print'], /a unit cannot name/],
	] as const) {
		const {status, error} = await service(...words);
		assert.ok(status === 1 || status === 2);
		assert.match(error, why);
		assert.ok(!error.trimEnd().includes('\n'));
	}
});

test('the folders that the config file names may be written to, each once', async t => {
	const {home, service, space} = machine(t);
	const config = join(home, '.config/tortui/config.json');
	mkdirSync(dirname(config), {recursive: true});
	const watched = space.folder('elsewhere', 'watched');
	writeFileSync(
		config,
		JSON.stringify({
			dir: space.path('elsewhere'),
			'on-complete-move': space.path('done'),
			log: space.path('logs/log'),
			labels: {film: {dir: space.path('films')}},
			'watch-folders': [watched, space.folder('third')],
		}),
	);
	const {out, error} = await service('install', '--print');
	assert.equal(error, '');
	const paths = [...out.matchAll(/^ReadWritePaths=-(.*)$/gm)].map(([, path]) => path);
	assert.deepEqual(paths, [
		home,
		...['elsewhere', 'done', 'logs', 'third', 'films'].map(name => space.path(name)),
	]);
	assert.doesNotMatch(out, /--dir/);
	// A service with a folder of its own for temporary files would see none of those.
	const temporary = await run(['service', 'install', '--print'], {
		env: {PATH: '/usr/bin', HOME: `${sep}tmp${sep}ada`},
	});
	assert.doesNotMatch(temporary.out, /PrivateTmp/);
	const elsewhere = await run(['service', 'install', '--print'], {
		env: {PATH: '/usr/bin', HOME: '/srv/ada'},
	});
	// Nor would it see a Node.js that lies there.
	if (realpathSync(process.execPath).startsWith('/tmp/')) assert.doesNotMatch(elsewhere.out, /PrivateTmp/);
	else assert.match(elsewhere.out, /^PrivateTmp=yes$/m);
});

test('the config file of the machine is begun so that whom the service runs as can read it; one that is there stays', t => {
	const space = new Workspace(t);
	const path = space.path('etc', 'tortui', 'config.json');
	beginConfig(path);
	assert.equal(readFileSync(path, 'utf8'), '{}\n');
	assert.equal(lstatSync(path).mode & 0o777, 0o644);
	writeFileSync(path, '{"dir": "/srv"}');
	beginConfig(path);
	assert.equal(readFileSync(path, 'utf8'), '{"dir": "/srv"}');
});

test('in a unit a path is what it is, whatever stands in it', () => {
	assert.equal(unitWord('/srv/media'), '/srv/media');
	assert.equal(unitWord('/srv/50 %'), '"/srv/50 %%"');
	assert.equal(unitWord('/a"b\\c$d'), '"/a\\"b\\\\c$d"');
	assert.equal(execLine(['/opt/my $node', '/a $b', '%h', '']), '"/opt/my $node" "/a $$b" %%h ""');
	assert.equal(execLine([`/opt/it's "$x"`, 'a']), `/usr/bin/env "/opt/it's \\"$$x\\"" a`);
	assert.throws(() => unitWord('/a\nExecStart=/bin/evil'), {code: 'service-path'});
});

const strange = '/opt/my "best" 100 % $HOME\\ ä';
const settings: UnitSettings = {
	scope: 'system',
	version: '1.2.3',
	command: ['/bin/true', strange, 'engine', '--dir', `${strange}/data`],
	user: 'root',
	environment: {TORTUI_RESTART: 'sudo systemctl restart tortui.service'},
	writable: [strange, '/srv'],
	privateTmp: true,
	sandbox: true,
};

for (const scope of ['system', 'user'] as const) {
	test(`systemd finds nothing wrong with the unit of the ${scope}, with strange paths, shut in or not`, {
		skip: missing('systemd-analyze'),
	}, t => {
		const space = new Workspace(t);
		const unit = join(space.folder('units'), 'tortui.service');
		// It says so when a program that it is to start is not there.
		const program = space.path('100 % of $HOME ä');
		copyFileSync('/bin/true', program);
		const command = [program, ...settings.command.slice(1)];
		for (const sandbox of [true, false]) {
			writeFileSync(
				unit,
				unitText({...settings, command, scope, user: scope === 'system' ? 'root' : undefined, sandbox}),
			);
			const env = {...process.env, XDG_RUNTIME_DIR: space.folder('runtime')};
			const words = ['verify', ...(scope === 'user' ? ['--user'] : []), '--man=no', unit];
			const {status, stdout, stderr} = spawnSync('systemd-analyze', words, {env, encoding: 'utf8'});
			assert.deepEqual({status, stdout, stderr}, {status: 0, stdout: '', stderr: ''});
		}
	});
}

test('the unit of the system exposes little: systemd itself finds it well', {
	skip: missing('systemd-analyze'),
}, t => {
	const unit = join(new Workspace(t).folder('units'), 'tortui.service');
	writeFileSync(unit, unitText(settings));
	const told = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], {
		encoding: 'utf8',
	});
	const exposure = Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(told)?.[1]);
	assert.ok(exposure <= 2.5, told.split('\n').at(-2));
});
