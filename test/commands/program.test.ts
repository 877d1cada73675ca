import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';

const cli = fileURLToPath(new URL('../../source/cli.tsx', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'tortui-program-'));
after(() => rmSync(home, {recursive: true}));

/** Runs the program from its source in a home of its own. `reader` false: nobody reads what it says. */
function run(args: readonly string[], reader = true) {
	return new Promise<{status: number | string | null; stdout: string; stderr: string}>(resolve => {
		const child = spawn(process.execPath, [`--import=${import.meta.resolve('tsx')}`, cli, ...args], {
			env: {PATH: process.env['PATH'], HOME: home},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let stdout = '';
		let stderr = '';
		if (reader) child.stdout.setEncoding('utf8').on('data', chunk => (stdout += chunk));
		else child.stdout.destroy();
		child.stderr.setEncoding('utf8').on('data', chunk => (stderr += chunk));
		child.on('close', (status, signal) => resolve({status: signal ?? status, stdout, stderr}));
	});
}

test('a mistake is one line on stderr and exit status 2', async () => {
	assert.deepEqual(await run(['get', '--selct', '1', 'x']), {
		status: 2,
		stdout: '',
		stderr: 'tortui: unknown option --selct; did you mean --select? (see: tortui get --help)\n',
	});
});

test('where an error came from is shown only with --verbose', async () => {
	const {status, stderr} = await run(['get', '--verbose', '/none\u001B[2J.torrent']);
	assert.equal(status, 1);
	const [line, next] = stderr.split('\n');
	assert.equal(line, 'tortui: no such file: /none [2J.torrent');
	assert.match(next ?? '', /^UserError: /);
});

test('what nobody reads ends it quietly, by the signal that ends other programs', async () => {
	assert.deepEqual(await run(['--help'], false), {status: 'SIGPIPE', stdout: '', stderr: ''});
});

test('an argument in an error line neither hides a part of the line nor turns it round', async () => {
	const {status, stderr} = await run(['verify', '/none\u202Egpj\u2066.\u200Btorrent\u009B2J', '.']);
	assert.equal(status, 1);
	assert.equal(stderr, 'tortui: no such file: /nonegpj.torrent 2J\n');
});

test('a screen without a terminal is refused with what to use instead', async () => {
	assert.deepEqual(await run([]), {
		status: 2,
		stdout: '',
		stderr: 'tortui: the screen needs a terminal; without one use: tortui get TORRENT\n',
	});
});
