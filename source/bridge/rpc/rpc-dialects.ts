import {writtenValue} from './exact-number.js';
import {RpcError} from './rpc-error.js';
import {olderName, todaysName, withOlderNames} from './rpc-names.js';

/** How a client speaks: JSON-RPC 2.0 with today's names, or as before Transmission 4.1. */
export type Dialect = 'today' | 'older';

/** A method that somebody calls. */
export interface RpcCall {
	readonly dialect: Dialect;
	/** As it is called today; empty when none was named. */
	readonly method: string;
	readonly params: unknown;
	/** The call's tag or id, as JSON; undefined when it has none. */
	readonly tag: string | undefined;
}

/** What an answer is made of, whichever way it went. */
export type Outcome = {readonly result: unknown} | {readonly error: RpcError};

type Loose = Readonly<Record<string, unknown>>;

const mostCalls = 1000;

function isObject(value: unknown): value is Loose {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What was asked: one call, or several. What is wrong with a call stands in its place. */
export interface RpcRequest {
	readonly isBatch: boolean;
	readonly calls: ReadonlyArray<RpcCall | RpcError>;
}

/** Reads a request. Anything that is none is an error in it, or an `RpcError` that is thrown. */
export function readRequest(text: string): RpcRequest {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new RpcError('parse', 'not JSON');
	}
	if (!Array.isArray(value)) return {isBatch: false, calls: [readCall(value, text, undefined)]};
	if (value.length === 0) throw new RpcError('request', 'nothing is asked');
	if (value.length > mostCalls) throw new RpcError('request', `more than ${mostCalls} calls at once`);
	return {isBatch: true, calls: value.map((call, index) => readCall(call, text, index))};
}

function readCall(call: unknown, text: string, index: number | undefined): RpcCall | RpcError {
	if (!isObject(call)) return new RpcError('request', 'a request must be an object');
	const version = call['jsonrpc'];
	if (version !== undefined && version !== '2.0')
		return new RpcError('request', 'JSON-RPC version is not 2.0');
	if (version === undefined && index !== undefined)
		return new RpcError('request', 'JSON-RPC version is not 2.0');
	const isToday = version !== undefined;
	const name = isToday ? 'id' : 'tag';
	const tag = call[name];
	const isTag = tag === undefined || tag === null || typeof tag === 'string' || typeof tag === 'number';
	if (isToday && !isTag) return new RpcError('request', 'id type must be String, Number, or Null');
	const {method} = call;
	return {
		dialect: isToday ? 'today' : 'older',
		method: typeof method !== 'string' ? '' : isToday ? method : todaysName(method),
		params: isToday ? call['params'] : call['arguments'],
		tag: isTag ? writtenTag(tag, () => writtenValue(text, name, index)) : undefined,
	};
}

/** Some clients number their calls with more digits than a number here keeps. */
function writtenTag(
	tag: string | number | null | undefined,
	written: () => string | undefined,
): string | undefined {
	if (tag === undefined) return undefined;
	if (typeof tag === 'number' && !Number.isSafeInteger(tag)) return written() ?? JSON.stringify(tag);
	return JSON.stringify(tag);
}

/** Whether a call wants no answer. */
export function isNotification({dialect, tag}: RpcCall): boolean {
	return dialect === 'today' && tag === undefined;
}

/** The answer to a call, as JSON. */
export function writeAnswer(call: RpcCall | undefined, outcome: Outcome): string {
	return call?.dialect === 'older' ? writeOlder(call, outcome) : writeToday(call?.tag ?? 'null', outcome);
}

function writeToday(tag: string, outcome: Outcome): string {
	if (!('error' in outcome))
		return `{"jsonrpc":"2.0","result":${JSON.stringify(outcome.result)},"id":${tag}}`;
	const {code, title, detail, result} = outcome.error;
	const data = {...(detail && {error_string: detail}), ...(result && {result})};
	const error = {code, message: title, ...(Object.keys(data).length > 0 && {data})};
	return `{"jsonrpc":"2.0","error":${JSON.stringify(error)},"id":${tag}}`;
}

function writeOlder({tag}: RpcCall, outcome: Outcome): string {
	const isDone = 'result' in outcome;
	const given = isDone ? outcome.result : (outcome.error.result ?? {});
	const words = isDone ? 'success' : outcome.error.code === -32601 ? 'no method name' : outcome.error.message;
	const tail = tag === undefined ? '' : `,"tag":${tag}`;
	return `{"arguments":${JSON.stringify(olderResult(given))},"result":${JSON.stringify(words)}${tail}}`;
}

/** Torrents have the names already that were asked for: there may be thousands. */
function olderResult(result: unknown): unknown {
	if (!isObject(result)) return {};
	if ('torrents' in result)
		return Object.fromEntries(Object.entries(result).map(([name, value]) => [olderName(name), value]));
	const older = withOlderNames(result) as Loose;
	if (!('size_bytes' in result)) return older;
	// Of free space this one name was never spelt otherwise.
	const {totalSize, ...others} = older;
	return {...others, total_size: totalSize};
}
