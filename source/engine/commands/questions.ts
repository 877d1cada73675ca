import type {Command} from '../../api/command.js';

const questions: ReadonlySet<Command['type']> = new Set([
	...([
		'session.list',
		'session.find',
		'session.dht',
		'torrent.preview',
		'torrent.export',
		'piece.inspect',
	] as const),
	...(['network.search', 'network.browse', 'network.preview'] as const),
]);

/** Whether a command only asks: nothing is another than before, and whoever looks on has nothing new to see. */
export function isQuestion(command: Command): boolean {
	if (command.type === 'session.configure') return Object.keys(command.settings).length === 0;
	return questions.has(command.type);
}
