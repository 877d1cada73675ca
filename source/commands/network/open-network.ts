import type {Command, Reply} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import {machineClock} from '../../io/machine/clock.js';
import {catalogueAddress} from '../../protocol/catalogue/catalogue-url.js';
import type {Context, Flags} from '../arguments/command.js';
import {type wayOptions, wayOut} from '../arguments/way-out.js';
import {reachEngine} from '../engine-process/find-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';

/** What can be asked of either. */
export type NetworkCommand = Extract<
	Command,
	{readonly type: 'network.search' | 'network.browse' | 'network.look' | 'network.preview' | 'network.get'}
>;

/** Where what others share is asked for: the running engine, or the trackers themselves when none runs. */
export interface Network {
	/** Whether it is the running engine. */
	readonly isEngine: boolean;
	send(command: NetworkCommand): Promise<Reply>;
	close(): void;
}

/** What is typed or configured. */
export interface NetworkFlags extends Flags<typeof wayOptions> {
	readonly stateDir: string | undefined;
	/** The one tracker that is to be asked. */
	readonly tracker: string | undefined;
	/** Those that are configured. */
	readonly catalogue: readonly string[];
}

/** Opens it. Rejects with a `UserError` when no engine runs and no tracker is named. */
export async function openNetwork(flags: NetworkFlags, {env, version}: Context): Promise<Network> {
	const engine = await reachEngine(stateDirPath(flags.stateDir, env), env, version);
	if (engine !== undefined) {
		return {
			isEngine: true,
			send: command =>
				engine.send(flags.tracker === undefined ? command : {...command, tracker: flags.tracker}),
			close: () => engine.close(),
		};
	}
	const urls = flags.tracker === undefined ? flags.catalogue : [flags.tracker];
	if (urls.length === 0)
		throw new UserError(
			'no-catalogue',
			'no engine is running, and no tracker with a catalogue is known: name one with --tracker http://HOST:PORT, or set "catalogue" in the config file',
		);
	const [{CatalogueClient}, find, {makeSockets}] = await Promise.all([
		import('../../engine/catalogue/catalogue-client.js'),
		import('../../engine/catalogue/find-torrents.js'),
		import('../../io/net/sockets.js'),
	]);
	const {http} = makeSockets({clock: machineClock, ...wayOut(flags), userAgent: `tortui/${version}`});
	const clients = urls.flatMap(url => {
		const address = catalogueAddress(url);
		return address === undefined ? [] : [new CatalogueClient(http, address)];
	});
	return {
		isEngine: false,
		async send(command) {
			switch (command.type) {
				case 'network.search':
					return {found: await find.searchCatalogues(clients, command)};
				case 'network.browse':
					return {found: await find.browsePerson(clients, command.nick)};
				case 'network.look':
					return {network: await find.lookAround(clients)};
				default:
					throw new UserError('no-engine', 'no engine is running; start one with: tortui engine');
			}
		},
		close() {},
	};
}
