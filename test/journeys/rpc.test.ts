import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {ask} from '../bridge/http/doors.ts';
import {BackgroundEngine} from '../helpers/background-engine.ts';
import {until} from '../helpers/deadline.ts';
import {freePort} from '../helpers/ports.ts';
import {startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const path = '/transmission/rpc';

test('an engine that would let in everybody does not start, and says how not to', async t => {
	const space = new Workspace(t);
	const port = await freePort();
	const engine = (...args: string[]) =>
		startTortui(space, ['engine', '--state-dir', space.folder('state'), '--port', '0', ...args]);
	for (const [args, words] of [
		[
			['--rpc', `0.0.0.0:${port}`],
			`tortui: --rpc 0.0.0.0:${port} would let in whoever can reach it: set a password with --rpc-password-file or TORTUI_RPC_PASSWORD, or listen on 127.0.0.1\n`,
		],
		[['--rpc', 'nonsense'], 'tortui: --rpc: "nonsense" is not PORT, HOST:PORT or unix:PATH\n'],
		[
			['--rpc', `${port}`, '--rpc-user', 'me'],
			'tortui: --rpc-user needs a password: name a file with --rpc-password-file\n',
		],
	] as const) {
		const program = engine(...args);
		assert.equal((await program.end(20_000)).code, 2, args.join(' '));
		assert.equal(
			`${program.stderr
				.split('\n')
				.filter(line => line.startsWith('tortui:'))
				.join('\n')}\n`,
			words,
		);
	}
});

test('remotes are let in and shut out while an engine runs, as its config says', async t => {
	const space = new Workspace(t);
	const [first, second] = [await freePort(), await freePort()];
	const env = {XDG_CONFIG_HOME: space.folder('config')};
	const engine = await BackgroundEngine.start(space, 'state', [], [], env);
	const config = async (...args: string[]) => {
		const program = startTortui(space, ['config', ...args], {env});
		assert.equal((await program.end(20_000)).code, 0, program.tail());
	};
	const status = async (port: number, headers: Record<string, string> = {}) => {
		try {
			return (await ask(port, path, {headers})).status;
		} catch {
			return undefined;
		}
	};
	const becomes = (port: number, expected: number | undefined, headers?: Record<string, string>) =>
		until(`${expected} at ${port}`, 20_000, async () => (await status(port, headers)) === expected);
	assert.equal(await status(first), undefined);
	await config('set', 'rpc', `${first}`);
	await becomes(first, 409);
	writeFileSync(space.path('password'), 'secret\nnot this\n');
	await config('set', 'rpc-password-file', space.path('password'));
	await becomes(first, 401);
	const authorization = `Basic ${Buffer.from('any:secret').toString('base64')}`;
	await becomes(first, 409, {authorization});
	await config('set', 'rpc', `${second}`);
	await becomes(second, 409, {authorization});
	await becomes(first, undefined);
	await config('unset', 'rpc');
	await becomes(second, undefined);
	await engine.send({type: 'session.list'});
});
