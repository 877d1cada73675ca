import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {after, before, test} from 'node:test';
import {loadCommand} from '../../../source/commands/arguments/dispatch.ts';
import {verbNames} from '../../../source/commands/arguments/verb-names.ts';
import {completedCommand} from '../../../source/commands/completion/completion-model.ts';
import {missing} from '../../helpers/processes.ts';
import {run} from '../printed.ts';

const folder = mkdtempSync(join(tmpdir(), 'tortui-completion-'));
const hash = 'c0ffee'.padEnd(40, '0');
const env = {PATH: `${folder}/bin:${process.env['PATH']}`, HOME: folder, LC_ALL: 'C.UTF-8'};

async function script(shell: string): Promise<string> {
	const {status, out} = await run(['completion', shell]);
	assert.equal(status, 0);
	return out;
}

before(async () => {
	mkdirSync(join(folder, 'bin'));
	mkdirSync(join(folder, 'here/music'), {recursive: true});
	for (const name of ['here/one.torrent', 'here/music/two.TORRENT', 'here/notes.txt'])
		writeFileSync(join(folder, name), '');
	// Stands for the program: an engine with two torrents runs.
	const answer = `${hash}\\tCoast Recordings\\n${'ab'.repeat(20)}\\tStorm\\n`;
	writeFileSync(join(folder, 'bin/tortui'), `#!/bin/sh\nprintf '${answer}'\n`);
	chmodSync(join(folder, 'bin/tortui'), 0o755);
	for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(join(folder, shell), await script(shell));
});
after(() => rmSync(folder, {recursive: true}));

/** What bash offers for a line; its words are cut as bash cuts them, at `=` too. */
function bash(line: string): string[] {
	const words = line.split(/ |(?==)|(?<==)/);
	const steps = [
		`source ${folder}/bash`,
		'COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))',
		'_tortui',
		`for word in "\${COMPREPLY[@]}"; do printf "%s|" "$word"; done`,
	].join('\n');
	const output = execFileSync('bash', ['--norc', '-c', steps, 'bash', ...words], {
		cwd: join(folder, 'here'),
		env,
		encoding: 'utf8',
	});
	return output
		.split('|')
		.slice(0, -1)
		.map(word => word.trimEnd());
}

const skipBash = missing('bash');

test('bash completes commands, and torrents to open', {skip: skipBash}, () => {
	assert.deepEqual(bash('tortui rem'), ['remove']);
	assert.deepEqual(bash('tortui res'), ['resume', 'restart']);
	assert.deepEqual(bash('tortui o'), ['one.torrent']);
	const all = bash('tortui ');
	for (const verb of verbNames) if (verb !== 'session') assert.ok(all.includes(verb), verb);
	assert.ok(!all.includes('session') && all.includes('engine'));
});

test('bash completes the options that the command has, and no others', {skip: skipBash}, () => {
	assert.deepEqual(bash('tortui get --seed-'), [
		'--seed-ratio',
		'--seed-time',
		'--seed-idle',
		'--seed-match',
		'--seed-rules',
	]);
	assert.deepEqual(bash('tortui create --v'), ['--v1', '--v2']);
	assert.deepEqual(bash('tortui stop --d'), []);
	assert.deepEqual(bash('tortui --asc'), ['--ascii']);
});

test('bash completes values by what they are: words, folders, files', {skip: skipBash}, () => {
	assert.deepEqual(bash('tortui get --check '), ['full', 'quick', 'none']);
	assert.deepEqual(bash('tortui get --check=q'), ['quick']);
	assert.deepEqual(bash('tortui --theme g'), ['gruvbox']);
	assert.deepEqual(bash('tortui get -d '), ['music']);
	assert.deepEqual(bash('tortui create -o n'), ['notes.txt']);
	assert.deepEqual(bash('tortui get --max-peers '), []);
	assert.deepEqual(bash('tortui completion '), ['bash', 'zsh', 'fish']);
});

test('bash offers .torrent files and folders where a torrent is due, and what follows it after that', {
	skip: skipBash,
}, () => {
	assert.deepEqual(bash('tortui info ').sort(), ['music', 'one.torrent']);
	assert.deepEqual(bash('tortui get music/'), ['music/two.TORRENT']);
	assert.deepEqual(bash('tortui get one.torrent -d music o'), ['one.torrent']);
	assert.deepEqual(bash('tortui verify one.torrent '), ['music']);
	assert.deepEqual(bash('tortui verify --json one.torrent '), ['music']);
	assert.deepEqual(bash('tortui verify one.torrent music '), []);
});

test('bash offers the torrents of the running engine by name or info-hash', {skip: skipBash}, () => {
	assert.deepEqual(bash('tortui pause '), ['all', 'Coast\\ Recordings', 'Storm']);
	assert.deepEqual(bash('tortui pause c0f'), [hash]);
	assert.deepEqual(bash('tortui attach Coast'), ['Coast\\ Recordings']);
	assert.deepEqual(bash('tortui attach '), ['Coast\\ Recordings', 'Storm']);
});

test('zsh reads the script', {skip: missing('zsh')}, () => {
	execFileSync('zsh', ['-f', '-n', join(folder, 'zsh')], {env});
	const load = `compdef() { print $1 for $2 }; source ${folder}/zsh`;
	assert.equal(execFileSync('zsh', ['-f', '-c', load], {env, encoding: 'utf8'}), '_tortui for tortui\n');
});

test('fish completes commands, options and torrents', {skip: missing('fish')}, () => {
	const fish = (line: string) =>
		execFileSync('fish', ['-N', '-c', `source ${folder}/fish; complete -C '${line}'`], {
			cwd: join(folder, 'here'),
			env,
			encoding: 'utf8',
		})
			.split('\n')
			.map(found => found.split('\t')[0])
			.filter(found => found !== '');
	assert.deepEqual(fish('tortui compl'), ['completion']);
	assert.deepEqual(fish('tortui get --seed-').sort(), ['--seed-ratio', '--seed-time']);
	assert.deepEqual(fish('tortui get --check q'), ['quick']);
	assert.deepEqual(fish('tortui pause St'), ['Storm']);
	assert.deepEqual(fish('tortui pause c0f'), [hash]);
	assert.deepEqual(fish('tortui stop --max'), []);
});

test('what a shell completes comes from the tables of the commands', async () => {
	const commands = (await Promise.all(verbNames.map(loadCommand))).map(completedCommand);
	const find = (name: string) => commands.find(command => command.name === name);
	assert.deepEqual(find('verify')?.words, ['torrent', 'folder']);
	assert.deepEqual(find('session')?.words, ['torrent']);
	assert.deepEqual(find('seed')?.words, ['path']);
	assert.deepEqual(find('stop')?.words, []);
	assert.deepEqual(
		commands.map(({name}) => name),
		verbNames,
	);
});

test('another shell is refused with the names of those that are known', async () => {
	const {status, error} = await run(['completion', 'powershell']);
	assert.equal(status, 2);
	assert.match(error, /one of: bash, zsh, fish$/);
});
