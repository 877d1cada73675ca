import chalk from 'chalk';
import {formatMagnet, type MagnetLink} from '../../protocol/metainfo/magnet.js';
import type {Metainfo, MetainfoFile} from '../../protocol/metainfo/metainfo.js';
import {count, dayAndTime, size} from '../../ui/text/format.js';
import {fitMiddle, nameText, terminalText} from '../../ui/text/text.js';
import {printTable} from './print-table.js';

type Fact = readonly [label: string, values: readonly string[]];

const labelCells = 14;
const maximumListed = 1000;
const leastPathCells = 20;

const versions = {1: 'v1', 2: 'v2', hybrid: 'hybrid (v1 and v2)'} as const;

/** Labels on the left, values on the right, each value on a line of its own. */
function factLines(facts: readonly Fact[]): string[] {
	return facts.flatMap(([label, values]) =>
		values.map((value, index) => {
			const shown = index === 0 ? label : '';
			return `  ${chalk.dim(shown.padEnd(labelCells))}${terminalText(value)}`;
		}),
	);
}

function grouped(value: number): string {
	return value.toLocaleString('en-US');
}

function given(value: string | undefined): readonly string[] {
	return value === undefined || value === '' ? [] : [value];
}

function created(torrent: Metainfo): string | undefined {
	const {creationDate, createdBy} = torrent;
	if (creationDate === undefined) return createdBy;
	const at = creationDate * 1000;
	const day = dayAndTime(at, new Date(at).getTimezoneOffset());
	return createdBy ? `${day} by ${createdBy}` : day;
}

function trackerLines(tiers: readonly (readonly string[])[]): string[] {
	return tiers.flatMap((tier, index) => tier.map(url => (tiers.length > 1 ? `${index + 1}  ${url}` : url)));
}

function note(file: MetainfoFile): string {
	if (file.symlink) return ` -> ${file.symlink.join('/')}`;
	return '';
}

/**
 * What a torrent holds, for people: the facts, then its files.
 *
 * @param width cells of the terminal; undefined: paths are not cut
 */
export async function infoLines(torrent: Metainfo, width: number | undefined): Promise<string[]> {
	const files = torrent.files.filter(({pad}) => !pad);
	const content = files.reduce((sum, {length}) => sum + length, 0);
	const lines = [
		chalk.bold(nameText(torrent.name)),
		...factLines([
			['Info-hash', given(torrent.infoHash)],
			['Info-hash v2', given(torrent.infoHashV2)],
			['Version', [versions[torrent.version]]],
			['Size', [`${size(content)} (${grouped(content)} bytes) in ${count(files.length, 'file')}`]],
			['Pieces', [`${grouped(torrent.pieceCount)} of ${size(torrent.pieceLength)}`]],
			['Private', torrent.private ? ['yes: peers come from its trackers only'] : []],
			['Source', given(torrent.source)],
			['Created', given(created(torrent))],
			['Comment', given(torrent.comment)],
			['Trackers', trackerLines(torrent.trackers)],
			['Web seeds', torrent.webSeeds],
			['DHT nodes', torrent.nodes.map(([host, port]) => `${host}:${port}`)],
			['Magnet', [formatMagnet(torrent)]],
		]),
		'',
	];
	const listed = files.slice(0, maximumListed);
	const sizes = listed.map(({length}) => size(length));
	const sizeCells = Math.max(...sizes.map(text => text.length), 4);
	const numberCells = String(files.length).length;
	const pathCells = Math.max(
		leastPathCells,
		(width ?? Number.POSITIVE_INFINITY) - sizeCells - numberCells - 13,
	);
	const rows = listed.map((file, at) => {
		const path = terminalText(`${file.path.join('/')}${note(file)}`);
		return {
			'#': String(at + 1).padStart(numberCells),
			Size: sizes[at]!.padStart(sizeCells),
			File: width === undefined ? path : fitMiddle(path, pathCells).trimEnd(),
		};
	});
	lines.push(...(await printTable(rows, ['#', 'Size', 'File'], 2)));
	if (files.length > listed.length) {
		lines.push(`  … and ${grouped(files.length - listed.length)} more (--json lists all)`);
	}

	return lines;
}

/** What a magnet link says, for people. */
export function linkLines(link: MagnetLink, magnet: string): string[] {
	const ranges = link.select?.map(([first, last]) =>
		first === last ? `${first + 1}` : `${first + 1}-${last + 1}`,
	);
	return [
		chalk.bold(terminalText(link.name ?? 'a torrent without a name')),
		...factLines([
			['Info-hash', given(link.infoHash)],
			['Info-hash v2', given(link.infoHashV2)],
			[
				'Files',
				[ranges ? `${ranges.join(', ')} of those that peers will tell` : 'told by peers once connected'],
			],
			['Trackers', link.trackers],
			['Web seeds', link.webSeeds],
			['Peers', link.peers],
			['Magnet', [magnet]],
		]),
	];
}
