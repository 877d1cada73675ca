import {ProtocolError, UserError} from '../../base/errors.js';
import {RpcArguments} from './rpc-arguments.js';
import {isNotification, type Outcome, type RpcCall, readRequest, writeAnswer} from './rpc-dialects.js';
import {RpcError} from './rpc-error.js';
import type {RpcGround, RpcMethod} from './rpc-ground.js';
import {sessionMethods} from './session-methods.js';
import {torrentMethods} from './torrent-methods.js';

const methods: Readonly<Record<string, RpcMethod>> = {...sessionMethods, ...torrentMethods};

/** Answers what remotes ask, in either way of speaking. Nothing that they say makes it throw. */
export class RpcServer {
	readonly #ground: RpcGround;
	readonly #failed: (method: string, error: unknown) => void;

	/** @param failed told of what a method threw that is nobody's mistake but ours */
	constructor(ground: RpcGround, failed: (method: string, error: unknown) => void) {
		this.#ground = ground;
		this.#failed = failed;
	}

	/** The answer as JSON; undefined when none is wanted. */
	async answer(text: string): Promise<string | undefined> {
		let request: ReturnType<typeof readRequest>;
		try {
			request = readRequest(text);
		} catch (error) {
			return writeAnswer(undefined, {error: error as RpcError});
		}
		const answers: string[] = [];
		// One after the other: what comes later may be about what came before.
		for (const call of request.calls) {
			const answer = await this.#answerOne(call);
			if (answer !== undefined) answers.push(answer);
		}
		if (answers.length === 0) return undefined;
		return request.isBatch ? `[${answers.join(',')}]` : answers[0];
	}

	async #answerOne(call: RpcCall | RpcError): Promise<string | undefined> {
		if (call instanceof RpcError) return writeAnswer(undefined, {error: call});
		const outcome = await this.#call(call);
		return isNotification(call) ? undefined : writeAnswer(call, outcome);
	}

	async #call(call: RpcCall): Promise<Outcome> {
		const method = Object.hasOwn(methods, call.method) ? methods[call.method] : undefined;
		if (method === undefined) return {error: new RpcError('method')};
		if (method.isQuestion && isNotification(call)) return {result: {}};
		try {
			return {result: await method.run(new RpcArguments(call.params), this.#ground, call.dialect)};
		} catch (error) {
			if (error instanceof RpcError) return {error};
			if (error instanceof UserError) return {error: new RpcError('system', error.message)};
			if (error instanceof ProtocolError) return {error: new RpcError('params', error.message)};
			this.#failed(call.method, error);
			return {error: new RpcError('internal')};
		}
	}
}
