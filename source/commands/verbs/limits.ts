import type {Command, EngineSettings} from '../../api/command.js';
import type {SessionView} from '../../api/snapshot.js';
import {terminalJson} from '../../base/terminal-text.js';
import {limitWithUnit} from '../../ui/text/format.js';
import {defineCommand, type Flags, type Options} from '../arguments/command.js';
import {countOrNone, rateOrNone} from '../arguments/engine-quantities.js';
import {integer} from '../arguments/quantities.js';
import {remoteOptions} from '../torrents/engine-options.js';
import {lookAtSession} from '../torrents/look.js';
import {withEngine} from '../torrents/with-engine.js';

const options = {
	maxDownload: {
		kind: 'value',
		value: 'RATE',
		read: rateOrNone,
		help: 'bytes per second for all together: 500K, 2M, none',
	},
	maxUpload: {kind: 'value', value: 'RATE', read: rateOrNone, help: 'the same for sending'},
	slowDownload: {kind: 'value', value: 'RATE', read: rateOrNone, help: 'what holds in slow mode instead'},
	slowUpload: {kind: 'value', value: 'RATE', read: rateOrNone, help: 'the same for sending'},
	activeDownloads: {
		kind: 'value',
		value: 'N',
		read: countOrNone,
		help: 'torrents that download at a time; none: all',
	},
	activeSeeds: {
		kind: 'value',
		value: 'N',
		read: countOrNone,
		help: 'torrents that seed at a time; none: all',
	},
	maxPeers: {
		kind: 'value',
		value: 'N',
		read: integer(1, 10_000),
		help: 'connections a torrent, of those that are added from now on',
	},
	...remoteOptions,
} as const satisfies Options;

/** What the engine is to be told so that what was typed holds. */
function changes(flags: Flags<typeof options>): Command[] {
	const {maxDownload, maxUpload, slowDownload, slowUpload, activeDownloads, activeSeeds, maxPeers} = flags;
	const mode = (name: 'normal' | 'slow', download?: number | null, upload?: number | null): Command[] =>
		download === undefined && upload === undefined
			? []
			: [
					{
						type: 'session.limits',
						mode: name,
						...(download !== undefined && {maxDownload: download}),
						...(upload !== undefined && {maxUpload: upload}),
					},
				];
	const settings: EngineSettings = {
		...(activeDownloads !== undefined && {activeDownloads}),
		...(activeSeeds !== undefined && {activeSeeds}),
		...(maxPeers !== undefined && {maxPeers}),
	};
	return [
		...mode('normal', maxDownload, maxUpload),
		...mode('slow', slowDownload, slowUpload),
		...(Object.keys(settings).length > 0 ? [{type: 'session.configure', settings} as const] : []),
	];
}

/** As scripts read it; null is no limit. */
function facts({
	slowMode,
	maxDownload,
	maxUpload,
	otherMode,
	activeDownloads,
	activeSeeds,
	maxPeers,
}: SessionView) {
	const now = {maxDownload: maxDownload ?? null, maxUpload: maxUpload ?? null};
	const other = {maxDownload: otherMode?.maxDownload ?? null, maxUpload: otherMode?.maxUpload ?? null};
	return {
		slowMode,
		normal: slowMode ? other : now,
		slow: slowMode ? now : other,
		activeDownloads: activeDownloads ?? null,
		activeSeeds: activeSeeds ?? null,
		maxPeers: maxPeers ?? null,
	};
}

function lines({
	slowMode,
	normal,
	slow,
	activeDownloads,
	activeSeeds,
	maxPeers,
}: ReturnType<typeof facts>): string[] {
	const rate = (value: number | null) => (value === null ? 'no limit' : limitWithUnit(value));
	const mode = (name: string, holds: boolean, {maxDownload, maxUpload}: typeof normal) =>
		`${name.padEnd(12)}${rate(maxDownload)} down, ${rate(maxUpload)} up${holds ? ' (now)' : ''}`;
	return [
		mode('normal', !slowMode, normal),
		mode('slow mode', slowMode, slow),
		`${'at a time'.padEnd(12)}${activeDownloads ?? 'all'} download, ${activeSeeds ?? 'all'} seed`,
		...(maxPeers === null
			? []
			: [`${'a torrent'.padEnd(12)}${maxPeers} connections, of those that are added from now on`]),
	];
}

/** Shows the limits of the running engine, and sets them. */
export const command = defineCommand({
	name: 'limits',
	usage: ['limits [options]'],
	summary: 'Shows the limits that hold for all torrents of the running engine, or sets them.',
	words: [0, 0],
	options,
	notes: [
		'Rates are kept over restarts, the others until the engine ends: tortui config set active-downloads 3 keeps them. Limits of one torrent: tortui set ID.',
		'--json: slowMode, the limits of normal and of slow mode in bytes per second, and the numbers; null is no limit.',
	],
	run({flags}, context) {
		return withEngine(flags, context, async engine => {
			const commands = changes(flags);
			for (const change of commands) await engine.send(change);
			if (commands.length > 0 && !flags.json) return 0 as const;
			const limits = facts(await lookAtSession(engine));
			context.stdout.write(flags.json ? `${terminalJson(limits, 2)}\n` : `${lines(limits).join('\n')}\n`);
			return 0 as const;
		});
	},
});
