import {isDeepStrictEqual} from 'node:util';
import type {EngineSettings} from '../../api/command.js';
import type {EngineClient} from '../../api/engine-client.js';
import type {RpcMemory} from './rpc-memory.js';
import {engineSettings} from './session-values.js';

/** What a remote wants otherwise of the engine, and what it was by the engine's own config. */
type Wish = {readonly own: unknown; readonly value: unknown};

const name = 'wishes';
const keys = [
	'dir',
	'maxPeers',
	'maxConnections',
	'slowTimes',
	'activeDownloads',
	'activeSeeds',
	'seedRules',
] as const;

function wishesOf(memory: RpcMemory): Record<string, Wish> {
	const kept = memory.setting(name);
	return typeof kept === 'object' && kept !== null ? {...(kept as Record<string, Wish>)} : {};
}

/** Has the engine go by other settings, and remembers that for its next start. @param now what it goes by */
export async function wish(
	{engine, memory}: {readonly engine: EngineClient; readonly memory: RpcMemory},
	now: EngineSettings,
	settings: EngineSettings,
): Promise<void> {
	await engine.send({type: 'session.configure', settings});
	const wishes = wishesOf(memory);
	for (const key of keys) {
		const value = settings[key];
		if (value === undefined) continue;
		const own = wishes[key] === undefined ? now[key] : wishes[key].own;
		if (isDeepStrictEqual(own, value)) delete wishes[key];
		else wishes[key] = {own, value};
	}
	memory.set(name, wishes);
}

/** An engine starts: what remotes wanted holds again, where its config says the same as it did then. */
export async function wishAgain(engine: EngineClient, memory: RpcMemory): Promise<void> {
	const wishes = wishesOf(memory);
	if (Object.keys(wishes).length === 0) return;
	const now = await engineSettings(engine);
	const settings: Record<string, unknown> = {};
	for (const key of keys) {
		const {own, value} = wishes[key] ?? {};
		if (value !== undefined && isDeepStrictEqual(own, plain(now[key]))) settings[key] = value;
		else delete wishes[key];
	}
	memory.set(name, wishes);
	if (Object.keys(settings).length > 0)
		await engine.send({type: 'session.configure', settings: settings as EngineSettings});
}

/** As it is when it was written down. */
function plain(value: unknown): unknown {
	return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
