import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	formatListenAddress,
	isForThisMachine,
	parseListenAddress,
	requireGuard,
} from '../../../source/bridge/http/listen-address.ts';

for (const [text, address, isLocal] of [
	['9091', {host: '127.0.0.1', port: 9091}, true],
	['0.0.0.0:9091', {host: '0.0.0.0', port: 9091}, false],
	['*:80', {host: '0.0.0.0', port: 80}, false],
	['[::]:1', {host: '::', port: 1}, false],
	['[::1]:0', {host: '::1', port: 0}, true],
	['127.1.2.3:5', {host: '127.1.2.3', port: 5}, true],
	['localhost:5', {host: 'localhost', port: 5}, true],
	['nas.example:5', {host: 'nas.example', port: 5}, false],
	['unix:/run/a b.sock', {path: '/run/a b.sock'}, true],
] as const) {
	test(`${text} is ${isLocal ? 'for this machine' : 'for others too'}`, () => {
		assert.deepEqual(parseListenAddress(text, '--rpc'), address);
		assert.equal(isForThisMachine(address), isLocal);
		assert.deepEqual(parseListenAddress(formatListenAddress(address), '--rpc'), address);
		const guard = () => requireGuard(address, false, '--rpc', '--rpc-password-file');
		if (isLocal) guard();
		else
			assert.throws(guard, {
				message: `--rpc ${formatListenAddress(address)} would let in whoever can reach it: set a password with --rpc-password-file, or listen on 127.0.0.1`,
			});
		requireGuard(address, true, '--rpc', '');
	});
}

for (const text of ['', 'port', '65536', '-1', '1.2.3.4', '::1:80', 'unix:', 'a b:1', 'http://x:1', '[x]y:1'])
	test(`${JSON.stringify(text)} is nowhere to listen`, () => {
		assert.throws(() => parseListenAddress(text, '--rpc'), {
			message: `--rpc: ${JSON.stringify(text)} is not PORT, HOST:PORT or unix:PATH`,
			exitStatus: 2,
		});
	});
