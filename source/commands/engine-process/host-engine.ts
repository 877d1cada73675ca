import type {EngineClient} from '../../api/engine-client.js';
import {type ExitStatus, UserError} from '../../base/errors.js';
import type {Millis} from '../../base/units.js';
import {serveEngine} from '../../bridge/socket/serve-engine.js';
import {socketPath} from '../../bridge/socket/socket-path.js';
import {takeLock} from '../../io/state/process-lock.js';
import {type Interruption, interruption} from '../transfer/interruption.js';
import type {Companions} from './companions.js';
import {announceHandOver, type HandOver, takeHandOver} from './engine-lock.js';
import type {LocalEngine} from './open-session.js';
import {hasSucceeded} from './succession.js';

/** So long those beside the engine have to let go of everything. */
const companionTime: Millis = 1000;

/** What a service manager wants to know of an engine. */
export interface EngineNotice {
	/** It can be reached. */
	ready(): void;
	stopping(): void;
	status(text: string): void;
}

/** A process of the same program that this one has started to be the engine in its place. */
export interface OwnSuccessor {
	readonly pid: number;
	/** Why it has ended, in words. */
	readonly ended: Promise<string>;
	/**
	 * It is the engine: resolves when this process may end, with the status it is to end with.
	 * @throws {UserError} when that one was ended by force
	 */
	takeLeave(interrupted: Interruption): Promise<ExitStatus>;
}

/** An engine with all that belongs to it, in the process that is to be the engine. */
export interface HostedEngine {
	readonly engine: LocalEngine;
	readonly companions: Pick<Companions, 'stop'>;
	/** Lets go of what outlives the engine: it may be opened once more. */
	readonly release?: () => void;
}

/** What a process needs to be the engine of a state folder. */
export interface HostSettings {
	readonly stateDir: string;
	readonly env: NodeJS.ProcessEnv;
	readonly version: string;
	/** What it was started with, told to every client. */
	readonly about: Readonly<Record<string, unknown>>;
	/** Those that end it; the second one at once. */
	readonly signals: readonly NodeJS.Signals[];
	/** Told of what a service manager wants to know. */
	readonly notice?: EngineNotice | undefined;
	/** Starts a process that is to take its place; left out where that is for others to do. */
	readonly again?: (() => Promise<OwnSuccessor>) | undefined;
	/** Those beside the engine let go first. */
	readonly open: () => Promise<HostedEngine>;
}

/** An engine as clients reach it: asked for its place, it tells who asks, and hands on all else. */
function askedToHandOver(
	engine: EngineClient,
	asked: (by: number) => void,
	again: (() => Promise<OwnSuccessor>) | undefined,
): EngineClient {
	/** Starts the one that is to ask. What came of it is the answer: nothing, for it lets go of all clients then. */
	async function startAgain(): Promise<void> {
		if (again === undefined)
			throw new UserError('engine-background', 'an engine in the background is replaced by: tortui restart');
		const successor = await again();
		const why = await Promise.race([engine.closed.then(() => undefined), successor.ended]);
		if (why !== undefined)
			throw new UserError('engine-start', `the new engine did not start, and this one goes on: ${why}`);
	}
	return {
		closed: engine.closed,
		async send(command) {
			if (command.type !== 'session.stop' || command.handOver === undefined) return engine.send(command);
			if (command.handOver === 0) await startAgain();
			else {
				asked(command.handOver);
				await engine.closed;
			}
			return {};
		},
		watch: (what, listener) => engine.watch(what, listener),
		close: () => engine.close(),
	};
}

/**
 * Is the engine of a state folder until it is told to stop, by a client or by a signal. Refuses when another process is it
 * already. Who asks for its place gets it; should they not become the engine, this one is it again. Answers the status that
 * this process is to end with.
 */
export async function hostEngine(settings: HostSettings): Promise<ExitStatus> {
	const {stateDir, signals, notice} = settings;
	const interrupted = interruption(signals);
	let handOver: HandOver | undefined;
	try {
		for (;;) {
			const lock = takeLock(stateDir, 'engine');
			if ('pid' in lock) {
				throw new UserError(
					'engine-runs',
					`an engine runs already (process ${lock.pid}); reach it with: tortui attach, or take its place with: --replace`,
				);
			}
			handOver?.release();
			let successor: Successor | undefined;
			try {
				successor = await serveUntilTold(settings, interrupted);
				handOver = successor && announceHandOver(stateDir);
			} finally {
				lock.release();
			}
			if (successor === undefined) return 0;
			const isTaken = () => handOver?.isTaken() === true;
			if (await hasSucceeded(settings, successor.pid, {isTaken, ended: interrupted.first})) {
				handOver?.release();
				return (await successor.own?.takeLeave(interrupted)) ?? 0;
			}
			notice?.status('the engine that was to take over did not start: this one goes on');
		}
	} finally {
		handOver?.release();
		interrupted.release();
	}
}

/** Who is to be the engine next. */
interface Successor {
	readonly pid: number;
	/** Where this process has started it. */
	readonly own: OwnSuccessor | undefined;
}

/** Answers who is to be the engine next, undefined when nobody is. */
async function serveUntilTold(
	{stateDir, env, version, about, open, notice, again}: HostSettings,
	interrupted: Interruption,
): Promise<Successor | undefined> {
	const {engine, companions, release} = await open();
	try {
		const {promise: asked, resolve: ask} = Promise.withResolvers<number>();
		let own: OwnSuccessor | undefined;
		const start = again && (async () => (own = await again()));
		const client = askedToHandOver(engine, ask, start);
		const served = await serveEngine(client, socketPath(stateDir, env), {version, about});
		takeHandOver(stateDir);
		notice?.ready();
		const end = await Promise.race([
			interrupted.first.then(signal => `the engine was ended by ${signal}`),
			engine.closed,
			asked,
		]);
		const isHandOver = typeof end === 'number';
		// Whom it has started itself goes on in its name.
		const isOwn = isHandOver && end === own?.pid;
		if (!isOwn) notice?.stopping();
		const late = new Promise<void>(resolve => setTimeout(resolve, companionTime).unref());
		const accompanied = Promise.race([companions.stop(), late, interrupted.second]);
		// In haste all of them let go at the same time.
		if (!isHandOver) await accompanied;
		const stopped = engine.stop(isHandOver);
		await Promise.race([Promise.all([stopped, accompanied]), interrupted.second]);
		await served.close(isHandOver ? 'the engine hands over to a new one' : end, isHandOver);
		return isHandOver ? {pid: end, own: isOwn ? own : undefined} : undefined;
	} finally {
		await Promise.race([engine.stop(), interrupted.second]);
		release?.();
	}
}
