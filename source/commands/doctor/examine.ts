import type {TrackerView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import type {Bytes, Millis} from '../../base/units.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import type {Context} from '../arguments/command.js';
import {configPath, readOptions} from '../arguments/config-file.js';
import {judgeConfig} from '../arguments/config-judgement.js';
import {reachEngine} from '../engine-process/find-engine.js';
import {look} from '../torrents/look.js';
import {checkConfig, checkEngine, checkState, checkTorrents, type EngineAnswer} from './check-engine.js';
import {checkClock, checkFiles, checkFolder, checkStateDisk, checkTerminal} from './check-machine.js';
import {
	checkDht,
	checkGateway,
	checkInterface,
	checkNames,
	checkPort,
	checkProxy,
	checkTrackers,
	type NetworkGround,
	namesThroughProxy,
	namesToLookUp,
	wayOf,
} from './check-network.js';
import {checkSecrets} from './check-secrets.js';
import {doctorSettings, downloadFolder} from './doctor-settings.js';
import type {Finding} from './finding.js';

const usualLeast: Bytes = 0;

/** What an examination asks of this machine. */
export interface DoctorGround extends NetworkGround {
	readonly stateDir: string;
	/** So long the engine has to say what it knows, and then the other checks have. */
	readonly engineTime: Millis;
	readonly checkTime: Millis;
	/** In ms since 1970. */
	readonly now: () => Millis;
	/** How many files a process may have open; undefined where the system does not tell. */
	readonly fileLimit: (pid: number | 'self') => number | undefined;
}

async function within<Value>(time: Millis, task: Promise<Value>, late: () => Value): Promise<Value> {
	const over = Promise.withResolvers<Value>();
	const timer = setTimeout(() => over.resolve(late()), time);
	try {
		return await Promise.race([task, over.promise]);
	} finally {
		clearTimeout(timer);
	}
}

interface Heard {
	readonly answer: EngineAnswer;
	readonly trackers: readonly TrackerView[];
}

/** Everything that the engine tells, as far as it comes in time. */
async function hear({stateDir, engineTime}: DoctorGround, {env, version}: Context): Promise<Heard> {
	const trackers: TrackerView[] = [];
	let heard: Heard | undefined;
	let engine: RemoteEngine | undefined;
	const ask = async (): Promise<Heard> => {
		try {
			engine = await reachEngine(stateDir, env, version);
			if (engine === undefined) return {answer: {runs: false}, trackers};
			const {session, torrents = []} = await look(engine, {session: true, torrents: true});
			if (session === undefined) throw new UserError('engine-silent', 'the engine says nothing of itself');
			const {hello} = engine;
			const {pid, about} = hello;
			heard = {answer: {runs: true, version: hello.version, pid, about, session, torrents}, trackers};
			const {details = []} = await engine.send({type: 'session.list', details: ['trackers']});
			trackers.push(...details.flatMap(found => found.trackers ?? []));
			return heard;
		} catch (error) {
			if (heard !== undefined) return heard;
			if (error instanceof UserError) return {answer: {runs: true, failure: error}, trackers};
			throw error;
		}
	};
	const silent = new UserError(
		'engine-silent',
		`the engine has not answered within ${engineTime / 1000} s; see what it does: tortui log, or end its process`,
	);
	const late = (): Heard => heard ?? {answer: {runs: true, failure: silent}, trackers};
	const result = await within(engineTime, ask(), late);
	engine?.close();
	return result;
}

/** Looks at everything that tortui needs to do well, within `engineTime` and `checkTime`. Asks nobody but those whom the user's own settings name. */
export async function examine(ground: DoctorGround, context: Context): Promise<Finding[]> {
	const {env, version, stdout} = context;
	const {checkTime} = ground;
	const {answer, trackers} = await hear(ground, context);
	const told = answer.runs && answer.failure === undefined ? answer : undefined;
	const values = (() => {
		try {
			return readOptions(env).values;
		} catch {
			return new Map();
		}
	})();
	const settings = doctorSettings(values, told?.about);
	const session = told?.session;
	const judged = await judgeConfig(env, new Map()).catch((error: unknown) => {
		if (error instanceof UserError) return error;
		throw error;
	});
	const urls = trackers.map(({url}) => url);
	const least = settings.minFreeSpace ?? usualLeast;
	const folders = [
		...new Set([downloadFolder(settings, session?.dir), ...(told?.torrents ?? []).map(({dir}) => dir)]),
	];
	const checks: ReadonlyArray<
		readonly [check: string, found: Promise<readonly Finding[]> | readonly Finding[]]
	> = [
		['engine', checkEngine(answer, version)],
		['torrents', told === undefined ? [] : checkTorrents(told)],
		['config', checkConfig(configPath(env), judged)],
		['secrets', checkSecrets(settings, configPath(env))],
		['state', checkState(ground.stateDir)],
		['port', checkPort(settings, session, ground)],
		['gateway', checkGateway(settings, session, ground)],
		['interface', checkInterface(settings, session, ground)],
		['proxy', checkProxy(settings, session, env, ground)],
		[
			'DNS',
			settings.proxy !== undefined
				? namesThroughProxy()
				: checkNames(namesToLookUp(settings, urls), checkTime * 0.8, ground, wayOf(settings)),
		],
		['DHT', checkDht(settings, session)],
		['trackers', checkTrackers(trackers, told !== undefined)],
		['disk', folders.includes(ground.stateDir) ? [] : checkStateDisk(ground.stateDir)],
		...folders.slice(0, 10).map(dir => ['disk', checkFolder(dir, least)] as const),
		['limits', checkFiles(ground.fileLimit(told?.pid ?? 'self'))],
		['terminal', checkTerminal(stdout, env)],
		['clock', checkClock(ground.now())],
	];
	const late = (check: string) => (): readonly Finding[] => [
		{check, level: 'warning', text: `nothing is known of it after ${checkTime / 1000} s: something hangs`},
	];
	const found = await Promise.all(
		checks.map(([check, findings]) => within(checkTime, Promise.resolve(findings), late(check))),
	);
	return found.flat();
}
