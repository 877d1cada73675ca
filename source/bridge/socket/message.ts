import type {Command, Reply} from '../../api/command.js';
import {asCommand} from '../../api/command-guard.js';
import type {Update, Watch} from '../../api/snapshot.js';
import {asWatch} from '../../api/watch-guard.js';
import {ProtocolError} from '../../base/errors.js';

/** Raised whenever a message changes its meaning. */
export const protocolVersion = 1;

/** The first message in both directions. */
export interface Hello {
	readonly type: 'hello';
	readonly protocol: number;
	/** The program's version. */
	readonly version: string;
	readonly pid: number;
	/** What the engine was started with, for whoever wants to compare; empty from a client. */
	readonly about: Readonly<Record<string, unknown>>;
}

/** What the engine's side says about itself to whoever connects. */
export interface EngineFacts {
	readonly version: string;
	readonly about: Readonly<Record<string, unknown>>;
}

/** What a client says. `watch` and `generation` are numbers it chooses. */
export type ClientMessage =
	| Hello
	| {readonly type: 'send'; readonly id: number; readonly command: Command}
	| {readonly type: 'watch'; readonly watch: number; readonly generation: number; readonly what: Watch}
	| {readonly type: 'unwatch'; readonly watch: number};

/**
 * What the engine's side says. `bye` is its last word; with `handOver` another engine takes its place. It has begun with
 * those commands whose id is below `begun`, and with no other; versions that do not say so may have begun with all.
 */
export type EngineMessage =
	| Hello
	| {readonly type: 'reply'; readonly id: number; readonly reply: Reply}
	| {
			readonly type: 'refusal';
			readonly id: number;
			readonly code: string;
			readonly message: string;
			readonly exitStatus: number;
	  }
	| {readonly type: 'update'; readonly watch: number; readonly generation: number; readonly update: Update}
	| {readonly type: 'bye'; readonly reason: string; readonly handOver?: boolean; readonly begun?: number};

type Loose = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Loose {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function asHello({protocol, version, pid, about}: Loose): Hello | undefined {
	if (!isCount(protocol) || typeof version !== 'string' || !isCount(pid)) return undefined;
	return {type: 'hello', protocol, version: version.slice(0, 40), pid, about: isObject(about) ? about : {}};
}

/** Checks what came from a client; a `ProtocolError` for anything this version does not know. */
export function asClientMessage(value: unknown): ClientMessage {
	if (isObject(value)) {
		const {type, id, command, watch, generation, what} = value;
		if (type === 'hello') {
			const hello = asHello(value);
			if (hello) return hello;
		}
		if (type === 'send' && isCount(id)) {
			const checked = asCommand(command);
			if (checked) return {type, id, command: checked};
		}
		if (type === 'watch' && isCount(watch) && isCount(generation)) {
			const checked = asWatch(what);
			if (checked) return {type, watch, generation, what: checked};
		}
		if (type === 'unwatch' && isCount(watch)) return {type, watch};
	}
	throw new ProtocolError('bad-message', 'a message this version does not understand');
}

/** Checks the outer form of what came from the engine, whose word on the rest is taken. */
export function asEngineMessage(value: unknown): EngineMessage {
	if (isObject(value)) {
		const {type, id, watch, generation, reason, message, reply, update} = value;
		if (type === 'hello') {
			const hello = asHello(value);
			if (hello) return hello;
		}
		if (
			(type === 'reply' && isCount(id) && isObject(reply)) ||
			(type === 'refusal' && isCount(id) && typeof message === 'string') ||
			(type === 'update' && isCount(watch) && isCount(generation) && isObject(update)) ||
			(type === 'bye' && typeof reason === 'string')
		) {
			return value as unknown as EngineMessage;
		}
	}
	throw new ProtocolError('bad-message', 'a message this version does not understand');
}
