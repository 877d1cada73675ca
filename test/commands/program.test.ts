import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';

const cli = fileURLToPath(new URL('../../source/cli.tsx', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'tortui-program-'));
after(() => rmSync(home, {recursive: true}));

/** Runs the program from its source in a home of its own. `reader` false: nobody reads what it says. `first`: a module that is run before it. */
function run(args: readonly string[], reader = true, first?: string) {
	return new Promise<{status: number | string | null; stdout: string; stderr: string}>(resolve => {
		const child = spawn(
			process.execPath,
			[
				`--import=${import.meta.resolve('tsx')}`,
				...(first === undefined ? [] : [`--import=data:text/javascript,${encodeURIComponent(first)}`]),
				cli,
				...args,
			],
			{
				env: {PATH: process.env['PATH'], HOME: home},
				stdio: ['ignore', 'pipe', 'pipe'],
			},
		);
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
		stderr: 'tortui: the screen needs a terminal (over SSH: ssh -t); without one use: tortui get TORRENT\n',
	});
});

test('a command that has nothing left to wait for before it is done has failed', async () => {
	// Sockets that never come to anything: nothing is left that keeps the process alive.
	const first = "import net from 'node:net'; net.Socket.prototype.connect = function () { return this; };";
	for (const args of [
		['info', 'http://127.0.0.1:9/x.torrent'],
		['get', 'http://127.0.0.1:9/x.torrent', '-d', home],
	]) {
		const {status, stdout, stderr} = await run(args, true, first);
		assert.equal(status, 1, args[0]);
		assert.equal(stdout, '');
		assert.equal(stderr, 'tortui: ended before it was done: nothing was left to wait for\n');
	}
});

for (const verb of ['info', 'get']) {
	test(`${verb} of a URL whose server answers 101 is an error`, async t => {
		const server = createServer(socket => {
			socket.on('error', () => {});
			socket.on('data', () =>
				socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
			);
		});
		await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
		t.after(() => server.close());
		const {port} = server.address() as AddressInfo;
		const {status, stderr} = await run([verb, `http://127.0.0.1:${port}/x.torrent`]);
		assert.equal(status, 1);
		assert.match(stderr, /^tortui: cannot fetch .*: it wants to speak something other than HTTP \(101\)\n$/);
	});
}
