import type {Reply} from '../../api/command.js';
import {browsePerson, findSource, searchCatalogues} from '../catalogue/find-torrents.js';
import type {CommandHost, CommandsOf} from './command-host.js';

/** Asks trackers with a catalogue, and takes from them. Rejects with a `UserError`. */
export async function executeForNetwork(host: CommandHost, command: CommandsOf<'network'>): Promise<Reply> {
	const {network} = host;
	const has: typeof network.has = torrent => network.has(torrent);
	switch (command.type) {
		case 'network.search':
			return {found: await searchCatalogues(network.clients(command.tracker), command, has)};
		case 'network.browse':
			return {found: await browsePerson(network.clients(command.tracker), command.nick, has)};
		case 'network.look':
			return {network: await network.look(command.tracker)};
		case 'network.use':
			return {network: await network.use(command.tracker)};
		case 'network.nick':
			network.rename(command.nick);
			return {};
		case 'network.preview': {
			const {bytes, magnet} = await findSource(network.clients(command.tracker), command.infoHash);
			return {preview: await (bytes === undefined ? host.preview(magnet) : host.previewBytes(bytes))};
		}
		case 'network.get': {
			const source = await findSource(network.clients(command.tracker), command.infoHash);
			const options = {
				...command.options,
				trackers: [...(command.options?.trackers ?? []), ...source.trackers],
			};
			return source.bytes === undefined
				? host.addLink(source.magnet, options)
				: host.adder.add(source.bytes, options);
		}
		default:
			return command satisfies never;
	}
}
