import {defineCommand} from '../arguments/command.js';
import {isService} from '../arguments/engine-arguments.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {logOptions, screenOptions, stateOptions} from '../arguments/flags.js';
import {requireEngine} from '../engine-process/find-engine.js';
import {engineRevival} from '../engine-process/revive-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import {requireTerminal, showScreen} from '../screen/show-screen.js';

/** Opens the screen on the engine that already runs. */
export const command = defineCommand({
	name: 'attach',
	usage: ['attach [ID] [options]'],
	summary: 'Opens the screen on the engine that already runs.',
	words: [0, 1],
	config: true,
	options: {...stateOptions, ...screenOptions, verbose: logOptions.verbose},
	notes: ['ID: a torrent to show at once, by the beginning of its info-hash or by its name.'],
	async run({input, flags}, context) {
		requireTerminal(context, 'tortui list');
		const stateDir = stateDirPath(flags.stateDir, context.env);
		const engine = await requireEngine(stateDir, context.env, context.version);
		const [found] = input.length === 0 ? [] : await findTorrents(engine, input);
		const {env, version, program} = context;
		const revive = engineRevival(engine, {stateDir, env, version, program: [program, 'engine']}, undefined);
		return showScreen(engine, found?.id, flags, stateDir, context, {
			revive,
			stays: isService(engine.hello.about),
		});
	},
});
