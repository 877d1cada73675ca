import {resolve} from 'node:path';
import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {Bytes} from '../../base/units.js';
import {createTorrent} from '../../creator/create-torrent.js';
import {torrentName} from '../../io/files/torrent-name.js';
import {checkNamedFile, writeNamedFile} from '../../io/files/write-named-file.js';
import {formatMagnet} from '../../protocol/metainfo/magnet.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {percent, rateWithUnit, size as sizeText} from '../../ui/text/format.js';
import {defineCommand} from '../arguments/command.js';
import {
	contentNotes,
	createOptions,
	creation,
	outputAdvice,
	tellLonely,
	tellSkipped,
	versionNotes,
} from '../arguments/create-options.js';
import {jsonOption, stateOptions} from '../arguments/flags.js';
import {redraws} from '../screen/terminal-kind.js';
import {createInBackground} from '../torrents/create-in-background.js';
import {interruption} from '../transfer/interruption.js';

const barCells = 24;
const redrawTime = 100;

/** A line that is drawn again and again while hashing; nothing when nobody watches. */
class ProgressLine {
	readonly #stream: NodeJS.WriteStream;
	readonly #isShown: boolean;
	#started = 0;
	#drawn = 0;

	constructor(stream: NodeJS.WriteStream, isShown: boolean) {
		this.#stream = stream;
		this.#isShown = isShown;
	}

	show(hashed: Bytes, length: Bytes): void {
		if (!this.#isShown) return;
		const now = performance.now();
		this.#started ||= now;
		if (now - this.#drawn < redrawTime) return;
		this.#drawn = now;
		const full = Math.floor((hashed / length) * barCells);
		const bar = '#'.repeat(full).padEnd(barCells, '.');
		const rate = rateWithUnit((hashed / (now - this.#started)) * 1000);
		this.#stream.write(`\r[${bar}] ${percent(hashed, length)} of ${sizeText(length)}  ${rate}\u001B[K`);
	}

	clear(): void {
		if (this.#drawn > 0) this.#stream.write('\r\u001B[K');
	}
}

/** What `--json` prints; what there is not is null. */
function madeJson(output: string, metainfo: Metainfo, skipped: readonly string[]): string {
	const {infoHash, infoHashV2, name, version, length, pieceLength, pieceCount} = metainfo;
	return terminalJson({
		torrent: output,
		infoHash: infoHash ?? null,
		infoHashV2: infoHashV2 ?? null,
		name,
		version,
		length,
		pieceLength,
		pieces: pieceCount,
		magnet: formatMagnet(metainfo),
		skipped,
	});
}

export const command = defineCommand({
	name: 'create',
	usage: ['create PATH [options]'],
	summary: 'Writes a .torrent of a file or folder, and prints its magnet link.',
	notes: [...versionNotes, ...contentNotes],
	options: {
		...createOptions,
		background: {kind: 'on', help: 'the running engine makes it; its number is printed: tortui creations'},
		seed: {kind: 'on', help: 'with --background: it is seeded then'},
		...jsonOption,
		...stateOptions,
	},
	words: [1, 1],
	async run({input, flags}, context) {
		const {stdout, stderr, env, warn} = context;
		const path = input[0]!;
		const options = await creation(path, flags, context);
		if (flags.background) return createInBackground({...flags, options}, context);
		if (flags.seed)
			throw new UserError('usage', '--seed is for --background; tortui seed PATH makes one and seeds it', 2);
		const output = flags.output === '-' ? undefined : resolve(flags.output ?? torrentName(path));
		const rules = {force: flags.force, advice: outputAdvice};
		// Hashing may take an hour: what is in the way is told before.
		if (output === undefined && flags.json)
			throw new UserError('usage', 'standard output is the .torrent: not with --json', 2);
		if (output !== undefined) await checkNamedFile(output, rules);
		else if (stdout.isTTY)
			throw new UserError(
				'terminal',
				'a .torrent is nothing for a terminal: tortui create PATH -o - > FILE',
				2,
			);
		const progress = new ProgressLine(stderr, redraws(stderr, {env}));
		const skipped: string[] = [];
		const interrupted = interruption();
		const aborted = new AbortController();
		void interrupted.first.then(signal =>
			aborted.abort(new UserError('interrupted', `${signal}: no torrent was made`, 130)),
		);
		try {
			const {bytes, metainfo} = await createTorrent({
				...options,
				output,
				signal: aborted.signal,
				onProgress: (hashed, length) => progress.show(hashed, length),
				onSkipped: what => skipped.push(what),
			});
			if (output !== undefined) await writeNamedFile(output, bytes, rules);
			progress.clear();
			if (!flags.json) tellSkipped(skipped, warn);
			tellLonely(metainfo, warn);
			if (output === undefined) stdout.write(bytes);
			else stdout.write(`${flags.json ? madeJson(output, metainfo, skipped) : formatMagnet(metainfo)}\n`);
		} catch (error) {
			progress.clear();
			throw error;
		} finally {
			interrupted.release();
		}

		return 0;
	},
});
