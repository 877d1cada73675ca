import {terminalJson} from '../../base/terminal-text.js';
import {isTorrentUrl} from '../../io/files/read-torrent.js';
import {mergedInWords} from '../../ui/text/merged.js';
import {addOptions} from '../arguments/add-options.js';
import {defineCommand} from '../arguments/command.js';
import {engineOptions, jsonOption, logOptions, stateOptions, torrentOptions} from '../arguments/flags.js';
import {rate} from '../arguments/quantities.js';
import {selectionNotes} from '../arguments/selection-notes.js';
import {oneByOne} from '../engine-process/one-by-one.js';
import {withEngine} from '../torrents/with-engine.js';
import {
	addCommand,
	readForEngine,
	readTorrentSource,
	type TorrentSource,
} from '../transfer/torrent-source.js';

/** Hands torrents to the running engine. */
export const command = defineCommand({
	name: 'add',
	usage: ['add TORRENT ... [options]'],
	summary: 'Hands torrents to the running engine.',
	words: [1, 1000],
	config: true,
	options: {
		...torrentOptions,
		trackers: engineOptions.trackers,
		paused: {kind: 'on', help: 'do not start yet'},
		choose: {kind: 'on', help: 'fetch nothing before its files are chosen: tortui files ID --select'},
		maxDownload: {
			kind: 'value',
			value: 'RATE',
			read: rate,
			help: 'bytes per second for it alone: 500K, 2M',
		},
		maxUpload: {kind: 'value', value: 'RATE', read: rate, help: 'the same for sending'},
		repair: {kind: 'on', help: 'download what is there and wrong again, over it'},
		label: {kind: 'value', value: 'TEXT', read: text => text, help: 'a label to find it by'},
		...stateOptions,
		...jsonOption,
		verbose: logOptions.verbose,
	},
	notes: [
		'A torrent that is there already gets the trackers, the peers and the selected',
		'files that it has not; what was wanted stays wanted. A label and goals that are',
		'typed hold for it, too; its data stays where it is. What the config file sets',
		'holds for torrents that are new.',
		'',
		...selectionNotes,
	],
	async run({input, flags, given}, context) {
		const {stdout} = context;
		// What is wrong with a file is told with or without an engine; a URL may be for the engine to fetch.
		const read = await Promise.all(
			input.map(word => (isTorrentUrl(word) ? word : readTorrentSource(word, context))),
		);
		const options = {
			...addOptions(flags, given),
			...(flags.paused && {paused: true}),
			...(flags.choose && {choose: true}),
			...(flags.repair && {repair: true}),
			// What the config file says of rates is meant for all together.
			...(given.has('maxDownload') && flags.maxDownload !== undefined && {maxDownload: flags.maxDownload}),
			...(given.has('maxUpload') && flags.maxUpload !== undefined && {maxUpload: flags.maxUpload}),
			...(flags.label !== undefined && {label: flags.label}),
		};
		return withEngine(flags, context, async engine => {
			const sources = await Promise.all(
				read.map(each =>
					typeof each === 'string' ? readForEngine(each, engine.hello.about, context) : each,
				),
			);
			const add = async (source: TorrentSource) => {
				const {id, already = false, merged} = await engine.send(addCommand(source, options));
				if (flags.json) stdout.write(`${terminalJson({infoHash: id, already, ...(merged && {merged})})}\n`);
				else stdout.write(`${id}${already ? ` (was there already${mergedInWords(merged)})` : ''}\n`);
			};
			await oneByOne(sources, add, context);
			return 0 as const;
		});
	},
});
