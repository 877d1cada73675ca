import {resolve} from 'node:path';
import {UserError} from '../../base/errors.js';
import type {RpcDoorOptions} from '../../bridge/rpc/open-rpc.js';
import {readRegularFile} from '../../io/files/regular-file.js';
import {rpcAddress, rpcOptions} from '../arguments/rpc-options.js';
import type {CompanionKind} from './companion.js';
import type {Configuration} from './reloading-engine.js';

const largestPassword = 4096;

/** The first line of the file, else what the environment says; undefined for neither. Rejects with a `UserError`. */
async function readPassword(file: string | undefined, env: NodeJS.ProcessEnv): Promise<string | undefined> {
	if (file === undefined) return env['TORTUI_RPC_PASSWORD'] || undefined;
	let text: string;
	try {
		text = Buffer.from(await readRegularFile(resolve(file), largestPassword)).toString();
	} catch (error) {
		throw new UserError('password-file', `--rpc-password-file: ${(error as Error).message}`);
	}
	const [password = ''] = text.split(/\r?\n/, 1);
	if (password === '')
		throw new UserError('password-file', `--rpc-password-file: the first line of ${file} is empty`);
	return password;
}

async function doorOptions(
	{rpc = '', rpcUser, rpcPasswordFile, rpcBase, rpcHost, rpcWeb}: Configuration['flags'],
	env: NodeJS.ProcessEnv,
): Promise<RpcDoorOptions> {
	const password = await readPassword(rpcPasswordFile, env);
	if (rpcUser !== undefined && password === undefined)
		throw new UserError('rpc-user', '--rpc-user needs a password: name a file with --rpc-password-file', 2);
	if (rpcUser?.includes(':')) throw new UserError('rpc-user', '--rpc-user: a name has no colon', 2);
	const web = rpcWeb ?? (env['TRANSMISSION_WEB_HOME'] || undefined);
	return {
		where: rpcAddress(rpc),
		base: rpcBase,
		hosts: rpcHost,
		password,
		user: rpcUser,
		web: web === undefined ? undefined : resolve(web),
	};
}

/** Remotes of Transmission, in the engine's process. */
export const rpcCompanion: CompanionKind = {
	name: 'rpc',
	options: Object.keys(rpcOptions) as (keyof typeof rpcOptions)[],
	sections: [],
	isWanted: ({flags}) => flags.rpc !== undefined,
	readElsewhere: ({flags}, env) => readPassword(flags.rpcPasswordFile, env),
	async open({engine, stateDir, env}, {flags}) {
		const [{openRpc}, {machineClock}, options] = await Promise.all([
			import('../../bridge/rpc/open-rpc.js'),
			import('../../io/machine/clock.js'),
			doorOptions(flags, env),
		]);
		const {dht, pex, lsd, utp, portMap, encryption = 'prefer'} = flags;
		const fixed = {dht, pex, lsd, utp, portMap, encryption};
		const rpc = await openRpc(options, {engine, stateDir, clock: machineClock, fixed});
		return {stop: () => rpc.close()};
	},
};
