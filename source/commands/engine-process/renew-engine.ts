import {UserError} from '../../base/errors.js';
import {EngineMismatch, type RemoteEngine} from '../../bridge/socket/connect-engine.js';
import type {Context} from '../arguments/command.js';
import {isService, startedWith} from '../arguments/engine-arguments.js';
import {type EngineSeat, type EnsureSettings, ensureEngine, replaceEngine} from './ensure-engine.js';
import {requireEngine} from './find-engine.js';
import {successorOf} from './successor-of.js';

/** Whether one version of the program came before another, by the first three numbers of both. */
export function isOlder(version: string, than: string): boolean {
	const numbers = (text: string) => /^(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number);
	const [one, other] = [numbers(version), numbers(than)];
	if (one === undefined || other === undefined) return false;
	const first = one.findIndex((number, at) => number !== other[at]);
	return first !== -1 && one[first]! < other[first]!;
}

/** What somebody is told whose engine is another's to start anew. */
export function restartAdvice(about: Readonly<Record<string, unknown>>): string {
	return typeof about['restart'] === 'string'
		? `restart it with: ${about['restart']}`
		: 'restart it where it was started';
}

/**
 * Has an engine that a service or a terminal runs start its own program anew, and hand over to it. Answers the new one.
 *
 * @param former the process of the one that runs
 * @throws {UserError} when the new one does not start; the one of before goes on then
 */
export async function restartService(
	{stateDir, env, version}: EngineSeat,
	former: number,
): Promise<RemoteEngine> {
	const engine = await requireEngine(stateDir, env, version);
	try {
		await engine.send({type: 'session.stop', handOver: 0});
	} catch (error) {
		// That it hands over is its last word.
		if (!(error instanceof UserError) || error.code !== 'engine-lost') throw error;
	} finally {
		engine.close();
	}
	const next = await successorOf({stateDir, env, version}, former);
	if (next !== undefined) return next;
	throw new UserError('engine-start', 'the new engine does not answer: see the log of the service');
}

/**
 * The engine of a state folder, as by `ensureEngine`. One of an older version in the background is asked to hand over to
 * one of this; where that cannot be it is said, and the old one is as good.
 */
export async function renewedEngine(
	settings: EnsureSettings,
	{warn}: Pick<Context, 'warn'>,
): Promise<{engine: RemoteEngine; started: boolean}> {
	let engine: RemoteEngine | undefined;
	let hello: RemoteEngine['hello'];
	try {
		const found = await ensureEngine(settings);
		if (found.started) return found;
		({engine} = found);
		({hello} = engine);
	} catch (error) {
		if (!(error instanceof EngineMismatch)) throw error;
		({hello} = error);
		if (!isOlder(hello.version, settings.version) || isService(hello.about)) throw error;
	}
	if (engine !== undefined && !isOlder(hello.version, settings.version)) return {engine, started: false};
	if (engine !== undefined && hello.about['restarts'] === true) {
		engine.close();
		try {
			engine = await restartService(settings, hello.pid);
			({hello} = engine);
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			warn(error.message);
			({engine} = await ensureEngine(settings));
		}
		if (!isOlder(hello.version, settings.version)) return {engine, started: false};
	}
	if (engine !== undefined && isService(hello.about)) {
		warn(`the engine that runs is of an older version (${hello.version}): ${restartAdvice(hello.about)}`);
		return {engine, started: false};
	}
	engine?.close();
	try {
		const options = startedWith(hello.about, undefined);
		return {engine: await replaceEngine({...settings, options}, hello.pid), started: false};
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		warn(error.message);
		return ensureEngine(settings);
	}
}
