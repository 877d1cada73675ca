import type {TorrentView} from '../../api/snapshot.js';
import {terminalJson} from '../../base/terminal-text.js';
import {duration, percent, rateWithUnit, size} from '../../ui/text/format.js';
import {fit, terminalText} from '../../ui/text/text.js';
import {defineCommand} from '../arguments/command.js';
import {jsonOption, logOptions, stateOptions} from '../arguments/flags.js';
import {requireEngine} from '../engine-process/ensure-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import {printTable} from '../output/print-table.js';

const heads = ['ID', 'State', 'Done', 'Size', 'Down', 'Up', 'ETA', 'Peers', 'Name'];
const numeric = new Set(['Done', 'Size', 'Down', 'Up', 'ETA', 'Peers']);
const leastName = 16;
const firstToGo = ['Up', 'Peers', 'ETA', 'Size', 'Down'];

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
		terminalText(view.name),
	];
}

/** The torrents as a table for a terminal, no wider than `width` cells: names are cut, on narrow ones columns go. */
export async function torrentTable(views: readonly TorrentView[], width: number): Promise<string[]> {
	const rows = views.map(cells);
	const widths = new Map(
		heads.map((head, column) => [head, Math.max(head.length, ...rows.map(row => row[column]?.length ?? 0))]),
	);
	let shown = heads;
	// A frame takes three cells a column and one more.
	const room = () =>
		width - shown.reduce((sum, head) => sum + 3 + (head === 'Name' ? 0 : (widths.get(head) ?? 0)), 1);
	for (const head of firstToGo) if (room() < leastName) shown = shown.filter(other => other !== head);
	const nameCells = Math.max(leastName, room());
	return printTable(
		rows.map(row =>
			Object.fromEntries(
				shown.map(head => {
					const text = row[heads.indexOf(head)] ?? '';
					if (head === 'Name') return [head, fit(text, nameCells).trimEnd()];
					return [head, numeric.has(head) ? text.padStart(widths.get(head) ?? 0) : text];
				}),
			),
		),
		shown,
	);
}

/** A torrent as a line for a script: bytes, bytes per second, seconds. */
function tabbed(view: TorrentView): string {
	return [
		view.id,
		view.state,
		view.completed,
		view.wanted,
		Math.round(view.downloadRate),
		Math.round(view.uploadRate),
		view.eta === undefined || !Number.isFinite(view.eta) ? '' : Math.round(view.eta),
		view.connected,
		terminalText(view.name),
	].join('\t');
}

/** The torrents of the running engine. */
export const command = defineCommand({
	name: 'list',
	usage: ['list [options]'],
	summary: 'Shows the torrents of the running engine.',
	words: [0, 0],
	options: {...jsonOption, ...stateOptions, verbose: logOptions.verbose},
	notes: [
		'A table on a terminal. In a pipe a line each, with tabs between: info-hash, state,',
		'bytes that are had and wanted, bytes per second down and up, seconds left, peers,',
		'name. --json: one array of all that is known about each.',
	],
	async run({flags}, {env, version, stdout, stderr}) {
		const engine = await requireEngine(stateDirPath(flags.stateDir, env), env, version);
		const {torrents = []} = await engine.send({type: 'session.list'});
		engine.close();
		if (flags.json) stdout.write(`${terminalJson(torrents, 2)}\n`);
		else if (torrents.length === 0) stderr.write('no torrents yet; add one with: tortui add TORRENT\n');
		else {
			const lines = stdout.isTTY ? await torrentTable(torrents, stdout.columns || 80) : torrents.map(tabbed);
			stdout.write(`${lines.join('\n')}\n`);
		}
		return 0;
	},
});
