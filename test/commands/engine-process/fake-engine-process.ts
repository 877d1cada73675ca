// An engine process as the session starts it, with an engine that has no torrents.
import {existsSync, writeSync} from 'node:fs';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {hostEngine} from '../../../source/commands/engine-process/host-engine.ts';
import {takeOver} from '../../../source/commands/engine-process/succession.ts';
import {EmptyEngine} from '../../helpers/empty-engine.ts';

const stateDir = process.argv[process.argv.indexOf('--state-dir') + 1] ?? '';

if (process.argv.includes('--broken')) {
	writeSync(2, 'tortui: the port is taken\n');
	process.exit(1);
}

if (process.argv.includes('--replace')) {
	if (process.argv.includes('--dies-before')) process.kill(process.pid, 'SIGKILL');
	await takeOver({stateDir, env: process.env, version: '1.2.3'});
	if (process.argv.includes('--dies-between')) process.kill(process.pid, 'SIGKILL');
}

class StoppableEngine extends EmptyEngine {
	override async send(command: Parameters<EmptyEngine['send']>[0]) {
		if (command.type === 'session.stop') this.stop('the engine was stopped');
		return super.send(command);
	}
}

try {
	await hostEngine({
		stateDir,
		env: process.env,
		version: '1.2.3',
		about: {args: process.argv.slice(2)},
		signals: ['SIGTERM', 'SIGINT'],
		async open() {
			if (process.argv.includes('--fails-to-open')) throw new Error('the port is taken');
			// As one with very many torrents: until there is a file that says so.
			const opened = `${stateDir}/may-open`;
			while (process.argv.includes('--slow-to-open') && !existsSync(opened)) await delay(5);
			if (process.argv.includes('--dies-opening')) process.kill(process.pid, 'SIGKILL');
			const local = new StoppableEngine();
			return {
				engine: {
					send: command => local.send(command),
					watch: (watch, listener) => local.watch(watch, listener),
					closed: local.closed,
					close() {},
					async stop() {
						local.stop('the engine was stopped');
					},
				},
				companions: {async stop() {}},
			};
		},
	});
	process.exit(0);
} catch (error) {
	writeSync(2, `tortui: ${(error as Error).message}\n`);
	process.exit(1);
}
