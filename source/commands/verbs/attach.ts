import {defineCommand} from './command.js';
import {isService} from './engine-arguments.js';
import {requireEngine} from './ensure-engine.js';
import {findTorrents} from './find-torrents.js';
import {logOptions, screenOptions, stateOptions} from './flags.js';
import {engineRevival} from './revive-engine.js';
import {requireTerminal, showScreen} from './show-screen.js';
import {stateDirPath} from './state-dir.js';

/** Opens the screen on the engine that already runs. */
export const command = defineCommand({
	name: 'attach',
	usage: ['attach [ID] [options]'],
	summary: 'Opens the screen on the engine that already runs.',
	words: [0, 1],
	config: true,
	options: {...stateOptions, ...screenOptions, verbose: logOptions.verbose},
	notes: ['ID: a torrent to show at once, by the beginning of its info-hash or by its name.'],
	async run({input, flags, given}, context) {
		requireTerminal(context, 'tortui list');
		const stateDir = stateDirPath(flags.stateDir, context.env);
		const engine = await requireEngine(stateDir, context.env, context.version);
		const [found] = input.length === 0 ? [] : await findTorrents(engine, input);
		const {env, version, program} = context;
		const revive = engineRevival(engine, {stateDir, env, version, program: [program, 'engine']}, undefined);
		return showScreen(engine, found?.id, flags, stateDir, context, {
			revive,
			given,
			stays: isService(engine.hello.about),
		});
	},
});
