import {type Command, type CommandType, type FolderCommand, partOf, type Reply} from '../api/command.js';
import type {EnginePart, PartSection} from './engine-part.js';
import type {FolderAutomation} from './folder-automation.js';

/** Commands after which a torrent may be where a shared folder is, or not be there any more. */
const moving: ReadonlySet<CommandType> = new Set([
	'torrent.add',
	'torrent.addLink',
	'torrent.remove',
	'torrent.move',
	'torrent.rename',
	'network.get',
]);

/** Those who look after folders, as a part of the engine. */
export class FolderPart implements EnginePart {
	readonly section: PartSection<'folders'>;
	readonly #folders: FolderAutomation;

	constructor(folders: FolderAutomation) {
		this.#folders = folders;
		this.section = {
			name: 'folders',
			get revision() {
				return folders.revision;
			},
			get view() {
				return folders.view;
			},
			listen: listener => folders.listen(listener),
		};
	}

	answers(type: CommandType): boolean {
		return partOf(type) === 'folders';
	}

	send(command: Command): Promise<Reply> {
		return this.#folders.send(command as FolderCommand);
	}

	async around(command: Command, ask: () => Promise<Reply>): Promise<Reply> {
		const isRemoval = command.type === 'torrent.remove';
		const reply =
			isRemoval && command.withData ? await this.#folders.whileDeleted(command.id, ask) : await ask();
		if (isRemoval) await this.#folders.removedByHand(command.id);
		if (moving.has(command.type)) this.#folders.engineChanged();
		return reply;
	}

	stop(): Promise<void> {
		return this.#folders.stop();
	}
}
