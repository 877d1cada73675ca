import {resolve} from 'node:path';
import {labelRules} from '../../automation/labels/label-settings.js';
import {LabellingEngine} from '../../automation/labels/labelling-engine.js';
import type {DiskThread} from '../../io/disk/worker-thread.js';
import {machineClock} from '../../io/machine/clock.js';
import {ServiceNotice} from '../../io/machine/service-notice.js';
import {type Arguments, defineCommand, type Flags, type Options} from '../arguments/command.js';
import {readConfig, readSections} from '../arguments/config-file.js';
import {describeOptions, ownOptions, typedForEngine} from '../arguments/engine-arguments.js';
import {stateOptions} from '../arguments/flags.js';
import {withDefaults, withoutDefaults} from '../arguments/parse-arguments.js';
import {wayOut} from '../arguments/way-out.js';
import {automate} from '../engine-process/automate.js';
import type {CompanionGround} from '../engine-process/companion.js';
import {companionKinds} from '../engine-process/companion-kinds.js';
import {Companions} from '../engine-process/companions.js';
import {type LogSettings, openLog} from '../engine-process/file-log.js';
import {isJournal, journalWords, plainWords} from '../engine-process/foreground-log.js';
import {hostEngine} from '../engine-process/host-engine.js';
import {openSession} from '../engine-process/open-session.js';
import {type Configuration, type Refusal, ReloadingEngine} from '../engine-process/reloading-engine.js';
import {startSuccessor} from '../engine-process/start-successor.js';
import {makeStateDir} from '../engine-process/state-dir.js';
import {takeOver} from '../engine-process/succession.js';
import {sayReady, tellStatus} from '../engine-process/tell-status.js';
import {reloadText} from '../output/reload-text.js';

const options = {
	...ownOptions,
	...stateOptions,
	replace: {kind: 'on', help: 'take the place of the engine that runs, if one does'},
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
async function reload(engine: ReloadingEngine, notice: ServiceNotice | undefined): Promise<void> {
	const say = (level: 'info' | 'warn', text: string) => engine.send({type: 'session.log', level, text});
	notice?.reloading();
	try {
		await say('info', reloadText(await engine.reload()));
	} catch (error) {
		await say('warn', `the config file is not gone by: ${(error as Error).message}`).catch(() => {});
	} finally {
		notice?.ready();
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

/** In the foreground what it has to say is for standard error, unless a file is named. */
function logSettings(flags: Flags<typeof options>, env: NodeJS.ProcessEnv): LogSettings {
	if (flags.background || flags.log !== undefined) return flags;
	return {...flags, log: '/dev/stderr', words: isJournal(env) ? journalWords : plainWords};
}

/**
 * Reads what an engine needs while another one still runs, so that torrents rest as short as can be, and answers the
 * thread for its disk. Rejects where it could not be the engine.
 */
async function prepare(): Promise<DiskThread> {
	const [{DiskThread}] = await Promise.all([
		import('../../io/disk/worker-thread.js'),
		import('../../engine/session/session.js'),
		import('../../automation/folder-automation.js'),
		import('../../automation/automated-engine.js'),
	]);
	const thread = new DiskThread();
	await thread.up();
	return thread;
}

/** The engine itself, in the foreground: what the session starts in the background. */
export const command = defineCommand({
	name: 'engine',
	usage: ['engine [options]'],
	summary: 'Runs the engine in the foreground; the session starts it by itself.',
	notes: [
		'For systemd, containers and machines without a screen: tortui attach, add, list and the others speak to it.',
		'What it has to say goes to standard error, unless --log names a file; started by systemd it tells it when it is ready, and gives signs of life. tortui service writes a unit for it.',
		'With --replace the engine that runs lets go of its torrents when this one is ready to go on with them; should it not start, the other goes on.',
		'It ends with Ctrl-C, SIGTERM or tortui stop, and saves everything first. When its config file has changed, SIGHUP or tortui config reload has it go by that, as far as it can while it runs.',
	],
	words: [0, 0],
	config: true,
	options,
	async run(args, {env, version, program}) {
		const {flags, given} = args;
		const stateDir = makeStateDir(flags.stateDir, env);
		const sections = readSections(env);
		// A terminal that closes ends what runs in it; without one, SIGHUP is how a service is told of its settings.
		const isDaemon = flags.background || !process.stdin.isTTY;
		const about: Record<string, unknown> = {
			...describeOptions(flags),
			background: flags.background,
			...(flags.background ? {typed: typedForEngine(process.argv)} : {restarts: true}),
			...(env['TORTUI_RESTART'] && {restart: env['TORTUI_RESTART']}),
		};
		const notice = ServiceNotice.of(env, machineClock);
		const seat = {stateDir, env, version};
		let inheritedPort: number | undefined;
		let diskThread: DiskThread | undefined;
		if (flags.replace) {
			diskThread = await prepare();
			({port: inheritedPort} = await takeOver(seat));
		}
		const status = await hostEngine({
			...seat,
			notice,
			again: flags.background ? undefined : () => startSuccessor(program, env, notice),
			signals: isDaemon ? ['SIGTERM', 'SIGINT'] : ['SIGTERM', 'SIGINT', 'SIGHUP'],
			about,
			async open() {
				const dir = resolve(flags.dir ?? '.');
				const log = openLog(logSettings(flags, env));
				const rules = labelRules(sections.labels);
				const settings = {stateDir, dir, restore: true, version, log, inheritedPort, flags, given};
				const thread = diskThread && {diskThread};
				// When it is opened once more that one has ended.
				diskThread = undefined;
				const session = await openSession({...settings, labelRules: rules, ...thread}).catch(
					(error: unknown) => {
						log.close();
						throw error;
					},
				);
				const labelled = new LabellingEngine(session, sections.labels);
				const automated = await automate(labelled, sections, {
					...{stateDir, version, way: wayOut(flags)},
					data: session,
				});
				const read = () => configuration(args, env);
				const now = {flags, ...sections};
				const engine = new ReloadingEngine(automated.engine, now, read, configured, liveOptions);
				const ground = {engine, stateDir, env, version, program};
				const companions = await accompany(ground, now);
				async function configured(changed: Configuration): Promise<Refusal[]> {
					await automated.apply(changed);
					await labelled.apply(changed.labels);
					Object.assign(about, describeOptions(changed.flags));
					return companions.apply(changed);
				}
				const reloaded = () => void reload(engine, notice);
				if (isDaemon) process.on('SIGHUP', reloaded);
				if (!flags.background) sayReady(engine, log, stateDir);
				const telling = notice && tellStatus(engine, notice);
				function release(): void {
					process.off('SIGHUP', reloaded);
					telling?.stop();
					log.close();
				}
				return {engine, companions, release};
			},
		});
		await notice?.told();
		return status;
	},
});
