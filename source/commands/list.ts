import type {TorrentView} from '../api/snapshot.js';
import {duration, percent, rateWithUnit, size} from '../ui/format.js';
import {cellWidth, fit, safeText} from '../ui/text.js';
import {defineCommand} from './command.js';
import {requireEngine} from './ensure-engine.js';
import {jsonOption, logOptions, stateOptions} from './flags.js';
import {stateDirPath} from './state-dir.js';

const heads = ['ID', 'STATE', 'DONE', 'SIZE', 'DOWN', 'UP', 'ETA', 'PEERS', 'NAME'];
const numeric = new Set(['DONE', 'SIZE', 'DOWN', 'UP', 'ETA', 'PEERS']);

function cells(view: TorrentView): string[] {
	return [
		view.id.slice(0, 8),
		view.state,
		percent(view.completed, view.wanted),
		size(view.wanted),
		rateWithUnit(view.downloadRate),
		rateWithUnit(view.uploadRate),
		duration(view.eta),
		String(view.connected),
		safeText(view.name),
	];
}

/** The torrents as lines of columns; names are cut to `width` where there is one. */
export function table(views: readonly TorrentView[], width: number | undefined): string[] {
	const rows = [heads, ...views.map(cells)];
	const widths = heads.map((_, column) => Math.max(...rows.map(row => cellWidth(row[column] ?? ''))));
	return rows.map(row => {
		const line = row
			.slice(0, -1)
			.map((text, column) =>
				fit(text, widths[column] ?? 0, numeric.has(heads[column] ?? '') ? 'right' : 'left'),
			)
			.join('  ');
		const name = row.at(-1) ?? '';
		const room = width === undefined ? cellWidth(name) : Math.max(10, width - cellWidth(line) - 3);
		return `${line}  ${cellWidth(name) > room ? fit(name, room) : name}`;
	});
}

/** The torrents of the running engine. */
export const command = defineCommand({
	name: 'list',
	usage: ['list [options]'],
	summary: 'Shows the torrents of the running engine.',
	words: [0, 0],
	options: {...jsonOption, ...stateOptions, verbose: logOptions.verbose},
	notes: ['--json: one array of all that is known about each, sizes in bytes, rates in bytes per second.'],
	async run({flags}, {env, version, stdout, stderr}) {
		const engine = await requireEngine(stateDirPath(flags.stateDir, env), env, version);
		const {torrents = []} = await engine.send({type: 'session.list'});
		engine.close();
		if (flags.json) stdout.write(`${JSON.stringify(torrents, undefined, 2)}\n`);
		else if (torrents.length === 0) stderr.write('no torrents yet; add one with: tortui add TORRENT\n');
		else stdout.write(`${table(torrents, stdout.isTTY ? stdout.columns : undefined).join('\n')}\n`);
		return 0;
	},
});
