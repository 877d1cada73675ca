import type {MovedView, SessionView, TorrentView} from '../../api/snapshot.js';
import {progressOf} from '../../api/torrent-standing.js';
import {UserError} from '../../base/errors.js';
import {reasonText} from '../../base/reason.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {stateWord} from '../../ui/present/torrent-state.js';
import {count, duration, percent, rateWithUnit, ratio, size} from '../../ui/text/format.js';
import {type Context, defineCommand} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {reachEngine} from '../engine-process/find-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {look} from '../torrents/look.js';
import {withEngine} from '../torrents/with-engine.js';

/** Who does not answer in this time is not well. In ms. */
const healthTime = 3000;

/** How many torrents are in each state; states without one are left out. */
function countStates(torrents: readonly TorrentView[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const {state} of torrents) counts[state] = (counts[state] ?? 0) + 1;
	return counts;
}

function movedText({downloaded, uploaded}: MovedView): string {
	return `${size(downloaded)} received, ${size(uploaded)} sent`;
}

function stateText(torrents: readonly TorrentView[]): string {
	const counts = Object.entries(countStates(torrents)).map(([state, number]) => `${number} ${state}`);
	return `${count(torrents.length, 'torrent')}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}`;
}

/** The proxy that everything goes through, and how it does. */
function proxyText({url, state, why, udp}: NonNullable<SessionView['proxy']>): string {
	const words = {up: 'it lets us through', unknown: 'not tried yet', down: `nobody gets through: ${why}`}[
		state
	];
	return `${url}: ${words}${udp === 'no' ? '; it passes no UDP on' : ''}`;
}

function sessionLines(session: SessionView, torrents: readonly TorrentView[]): string[] {
	const {name, version, pid, uptime, port, portState, portMapping, dht, dhtNodes, freeSpace, dir, proxy} =
		session;
	const {
		downloadRate,
		uploadRate,
		downloaded,
		uploaded,
		connected,
		slowMode,
		slowUntil,
		haltedUntil,
		waitingForRoom,
		externalAddresses = [],
		interface: way,
		recent,
		blocklist,
	} = session;
	const row = (label: string, text: string) => `${label.padEnd(10)}${terminalLine(text)}`;
	const slowText = slowMode ? ` (slow mode${slowUntil === undefined ? '' : ` until ${slowUntil}`})` : '';
	const ports = {open: 'others reach it', closed: 'others cannot reach it', unknown: 'nobody came yet'};
	return [
		row('engine', `${name} ${version}, process ${pid}, up ${duration(uptime)}`),
		row('torrents', stateText(torrents)),
		...(haltedUntil === undefined ? [] : [row('schedule', `everything waits until ${haltedUntil}`)]),
		...(waitingForRoom === undefined
			? []
			: [row('room', `${count(waitingForRoom, 'download')} wait for room on the disk`)]),
		row('rates', `${rateWithUnit(downloadRate)} down, ${rateWithUnit(uploadRate)} up${slowText}`),
		...(recent === undefined
			? []
			: [
					row('today', movedText(recent.today)),
					row('7 days', movedText(recent.week)),
					row('30 days', movedText(recent.month)),
				]),
		row('so far', `${size(downloaded)} received, ${size(uploaded)} sent, ${count(connected, 'peer')} now`),
		...(proxy === undefined ? [] : [row('proxy', proxyText(proxy))]),
		row(
			'port',
			proxy === undefined
				? `${port}: ${ports[portState]}${portMapping === undefined ? '' : `; ${portMapping.text}`}`
				: 'none: nobody comes in through a proxy',
		),
		...(way === undefined ? [] : [row('interface', way.gone ?? `${way.name}: ${way.addresses.join(', ')}`)]),
		...(blocklist === undefined
			? []
			: [row('blocklist', blocklist.trouble ?? `${blocklist.from}: ${count(blocklist.ranges, 'range')}`)]),
		...(externalAddresses.length > 0 ? [row('address', externalAddresses.join(', '))] : []),
		row(
			'DHT',
			dht === undefined
				? 'off'
				: `${dht.state}, ${count(dhtNodes, 'node')}${dht.why === undefined ? '' : `: ${dht.why}`}`,
		),
		row('folder', `${dir}${freeSpace === undefined ? '' : `, ${size(freeSpace)} free`}`),
	];
}

function peersText({connected, seedsConnected, availability, known}: TorrentView): string {
	const copies = availability === undefined ? '' : `, ${availability.toFixed(2)} copies among them`;
	return `${connected} connected, ${seedsConnected} of them have all${copies}; ${known} known`;
}

function torrentLines(view: TorrentView): string[] {
	const row = (label: string, text: string) => `  ${label.padEnd(10)}${terminalLine(text)}`;
	const {id, name, reason, label, goal, dir, magnet} = view;
	const done = `${percent(progressOf(view), 1)} of ${size(view.wanted)}`;
	const rates = `${rateWithUnit(view.downloadRate)} down, ${rateWithUnit(view.uploadRate)} up`;
	return [
		terminalLine(name),
		row('info-hash', id),
		row('state', `${stateWord(view)}${reason === undefined ? '' : `: ${reasonText(reason, Date.now())}`}`),
		row(
			'here',
			`${done}, ${view.piecesHave} of ${view.pieces} pieces, ${view.filesWanted} of ${count(view.files, 'file')}`,
		),
		row('rates', `${rates}${view.eta === undefined ? '' : `, ${duration(view.eta)} left`}`),
		row(
			'so far',
			`${size(view.downloaded)} received, ${size(view.uploaded)} sent, ratio ${ratio(view.ratio)}`,
		),
		row('peers', peersText(view)),
		...(goal === undefined ? [] : [row('goal', `${goal.text}: ${goal.why}`)]),
		...(label === undefined ? [] : [row('label', label)]),
		row('queue', String(view.queue)),
		row('folder', dir),
		row('magnet', magnet),
	];
}

/** Whether the engine answers: for those who start it anew when it does not. */
async function health(
	stateDir: string | undefined,
	isJson: boolean,
	{env, version, stdout}: Context,
): Promise<0 | 1> {
	const say = (healthy: boolean, text: string): 0 | 1 => {
		stdout.write(
			isJson
				? `${terminalJson({healthy, text})}\n`
				: `${healthy ? 'healthy' : 'unhealthy'}: ${terminalLine(text)}\n`,
		);
		return healthy ? 0 : 1;
	};
	const late = Promise.withResolvers<undefined>();
	const timer = setTimeout(() => late.resolve(undefined), healthTime);
	try {
		const ask = async () => {
			const engine = await reachEngine(stateDirPath(stateDir, env), env, version);
			if (engine === undefined) return 'no engine is running';
			const {torrents = []} = await engine.send({type: 'session.list'});
			engine.close();
			return torrents;
		};
		const answer = await Promise.race([ask(), late.promise]);
		if (answer === undefined) return say(false, `the engine has not answered within ${healthTime / 1000} s`);
		return typeof answer === 'string' ? say(false, answer) : say(true, stateText(answer));
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return say(false, error.message);
	} finally {
		clearTimeout(timer);
	}
}

/** How the running engine does, or one of its torrents. */
export const command = defineCommand({
	name: 'status',
	usage: ['status [ID ...] [options]'],
	summary: 'Tells how the running engine does, or torrents of it.',
	words: [0, 1000],
	options: {
		health: {
			kind: 'on',
			help: 'one line, and exit status 0 when the engine answers, else 1: for HEALTHCHECK',
		},
		...remoteOptions,
	},
	notes: [
		idNote,
		'',
		'--json: an object with engine (all that is known of it) and torrents (how many are in each state); with ID an array of all that is known about each, as tortui list has it.',
	],
	async run({input, flags}, context) {
		if (flags.health) {
			if (input.length > 0) throw new UserError('usage', '--health is of the engine: give no ID', 2);
			return health(flags.stateDir, flags.json, context);
		}
		return withEngine(flags, context, async engine => {
			const {stdout} = context;
			if (input.length > 0) {
				const views = await findTorrents(engine, input);
				stdout.write(
					flags.json
						? `${terminalJson(views, 2)}\n`
						: `${views.map(view => torrentLines(view).join('\n')).join('\n\n')}\n`,
				);
				return 0 as const;
			}
			const {session, torrents = []} = await look(engine, {session: true, torrents: true});
			if (session === undefined)
				throw new UserError(
					'old-engine',
					'the running engine says nothing of itself: tortui stop, then start it again',
				);
			if (flags.json) {
				const states = countStates(torrents);
				stdout.write(`${terminalJson({engine: session, torrents: {total: torrents.length, states}}, 2)}\n`);
			} else stdout.write(`${sessionLines(session, torrents).join('\n')}\n`);
			return 0 as const;
		});
	},
});
