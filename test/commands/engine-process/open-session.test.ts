import assert from 'node:assert/strict';
import {createServer} from 'node:net';
import {test} from 'node:test';
import type {Flags} from '../../../source/commands/arguments/command.ts';
import {engineOptions, torrentOptions} from '../../../source/commands/arguments/flags.ts';
import {parseArguments, withDefaults} from '../../../source/commands/arguments/parse-arguments.ts';
import {openSession} from '../../../source/commands/engine-process/open-session.ts';
import {Workspace} from '../../helpers/workspace.ts';

const options = {...engineOptions, maxPeers: torrentOptions.maxPeers};

test('of a limit that was typed, configured and chosen by command, the typed one holds for that start only', async t => {
	const space = new Workspace(t);
	const stateDir = space.folder('home');
	const config = new Map([['maxDownload', {value: '1M', where: 'config'}]]);
	/** Starts the engine with these words, looks at its download limit, and changes it. */
	const start = async (words: string[], change?: number): Promise<number | undefined> => {
		const command = {
			name: 'engine',
			usage: ['engine'],
			summary: '',
			options,
			words: [0, 0],
			run: async () => 0 as const,
		} as const;
		const typed = parseArguments(['--port=0', '--bind=127.0.0.1', ...words], command);
		assert.ok(typed !== 'help');
		const args = withDefaults(typed, command, config);
		const engine = await openSession({
			stateDir,
			dir: space.folder('data'),
			restore: true,
			version: '0.0.0',
			log() {},
			flags: args.flags as unknown as Flags<typeof options>,
			given: args.given,
		});
		const limit = await new Promise<number | undefined>(resolve => {
			const watching = engine.watch({interval: 50, session: true}, ({session}) => {
				watching.stop();
				resolve(session?.maxDownload);
			});
		});
		if (change !== undefined) await engine.send({type: 'session.limits', maxDownload: change});
		await engine.stop();
		return limit;
	};
	assert.equal(await start([], 300_000), 1_048_576);
	assert.equal(await start(['--max-download', '5M']), 5_242_880);
	assert.equal(await start([]), 300_000);
});

test('a port of the config file is the engine’s: who transfers something beside it takes another, unless it was typed', async t => {
	const space = new Workspace(t);
	const other = createServer();
	await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
	space.defer(() => void other.close());
	const {port} = other.address() as {port: number};
	const command = {
		name: 'x',
		usage: ['x'],
		summary: '',
		options,
		words: [0, 0],
		run: async () => 0 as const,
	} as const;
	const open = async (restore: boolean, words: string[]): Promise<void> => {
		const typed = parseArguments(
			['--bind=127.0.0.1', '--no-dht', '--no-lsd', '--no-port-map', ...words],
			command,
		);
		assert.ok(typed !== 'help');
		const args = withDefaults(typed, command, new Map([['port', {value: String(port), where: 'config'}]]));
		const engine = await openSession({
			stateDir: space.folder(`home-${restore}-${words.length}`),
			dir: space.folder('data'),
			restore,
			version: '0.0.0',
			log() {},
			flags: args.flags as unknown as Flags<typeof options>,
			given: args.given,
		});
		await engine.stop();
	};
	await open(false, []);
	await assert.rejects(open(false, [`--port=${port}`]), /is taken/);
	await assert.rejects(open(true, []), /is taken/);
});
