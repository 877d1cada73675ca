import {resolve} from 'node:path';
import {type Arguments, defineCommand, type Flags, type Options} from '../arguments/command.js';
import {readConfig, readSections} from '../arguments/config-file.js';
import {describeOptions, ownOptions} from '../arguments/engine-arguments.js';
import {stateOptions} from '../arguments/flags.js';
import {withDefaults, withoutDefaults} from '../arguments/parse-arguments.js';
import {automate} from '../engine-process/automate.js';
import type {CompanionGround} from '../engine-process/companion.js';
import {companionKinds} from '../engine-process/companion-kinds.js';
import {Companions} from '../engine-process/companions.js';
import {openLog} from '../engine-process/file-log.js';
import {hostEngine} from '../engine-process/host-engine.js';
import {openSession} from '../engine-process/open-session.js';
import {type Configuration, ReloadingEngine} from '../engine-process/reloading-engine.js';
import {makeStateDir} from '../engine-process/state-dir.js';
import {reloadText} from '../output/reload-text.js';

const options = {
	...ownOptions,
	...stateOptions,
	background: {kind: 'on', help: 'stay when the terminal closes', hidden: true},
} as const satisfies Options;

/** What holds by what was typed and what the config file says now. */
function configuration(args: Arguments<typeof options>, env: NodeJS.ProcessEnv): Configuration {
	const typed = withoutDefaults(args as unknown as Arguments<Options>, {options});
	const {flags} = withDefaults(
		typed,
		{options},
		readConfig(env, () => {}),
	);
	return {flags: flags as Flags<typeof options>, ...readSections(env)};
}

/** On a signal: what came of it is told in the log. */
async function reload(engine: ReloadingEngine): Promise<void> {
	const say = (level: 'info' | 'warn', text: string) => engine.send({type: 'session.log', level, text});
	try {
		await say('info', reloadText(await engine.reload()));
	} catch (error) {
		await say('warn', `the config file is not gone by: ${(error as Error).message}`).catch(() => {});
	}
}

const liveOptions: ReadonlySet<string> = new Set(companionKinds.flatMap(kind => kind.options));

/** Opens those that live beside an engine; when one refuses, the engine ends too. */
async function accompany(
	ground: CompanionGround & {readonly engine: ReloadingEngine},
	now: Configuration,
): Promise<Companions> {
	try {
		return await Companions.open(companionKinds, ground, now);
	} catch (error) {
		await ground.engine.stop();
		throw error;
	}
}

/** The engine itself, in the foreground: what the session starts in the background. */
export const command = defineCommand({
	name: 'engine',
	usage: ['engine [options]'],
	summary: 'Runs the engine in the foreground; the session starts it by itself.',
	notes: [
		'For systemd, containers and machines without a screen: tortui attach, add, list and the others speak to it.',
		'It ends with Ctrl-C, SIGTERM or tortui stop, and saves everything first. When its config file has changed, SIGHUP or tortui config reload has it go by that, as far as it can while it runs.',
	],
	words: [0, 0],
	config: true,
	options,
	async run(args, {env, version}) {
		const {flags, given} = args;
		const stateDir = makeStateDir(flags.stateDir, env);
		const sections = readSections(env);
		const log = openLog(flags);
		// A terminal that closes ends what runs in it; without one, SIGHUP is how a service is told of its settings.
		const isDaemon = flags.background || !process.stdin.isTTY;
		const about = {...describeOptions(flags), background: flags.background};
		await hostEngine({
			stateDir,
			env,
			version,
			signals: isDaemon ? ['SIGTERM', 'SIGINT'] : ['SIGTERM', 'SIGINT', 'SIGHUP'],
			about,
			async open() {
				const dir = resolve(flags.dir ?? '.');
				const session = await openSession({stateDir, dir, restore: true, version, log, flags, given});
				const automated = await automate(session, sections, {stateDir, version, bind: flags.bind});
				const read = () => configuration(args, env);
				const now = {flags, ...sections};
				const engine = new ReloadingEngine(automated.engine, now, read, configured, liveOptions);
				const ground = {engine, stateDir, env, version};
				const companions = await accompany(ground, now);
				async function configured(changed: Configuration): Promise<void> {
					await automated.apply(changed);
					Object.assign(about, describeOptions(changed.flags));
					await companions.apply(changed);
				}
				if (isDaemon) process.on('SIGHUP', () => void reload(engine));
				return {engine, companions};
			},
		});
		return 0;
	},
});
