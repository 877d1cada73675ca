import type {Bytes, BytesPerSecond, Seconds} from '../base/units.js';

/** One sentence a person can act on. */
export interface Reason {
	readonly level: 'info' | 'warn' | 'error';
	readonly text: string;
}

/** With so much of a limit used it is the limit that holds the torrent back. */
const limitReached = 0.9;
/** Nobody has come in for so long: the port is closed, as far as one can tell from inside. */
const silenceOfClosedPort: Seconds = 600;

/** What the trackers of a torrent are about. */
export interface TrackerFacts {
	/** Trackers that are not switched off. */
	readonly count: number;
	readonly announcing: boolean;
	/** Whether one of them answered the last time it was asked. */
	readonly working: boolean;
	/** What the last failed announce said, made safe for a terminal. */
	readonly lastError: string | undefined;
	/** Until the next announce; undefined when none is planned. */
	readonly nextIn: Seconds | undefined;
}

/** What the plain-words line is made from. Counts of peers are of connected ones unless it says so. */
export interface StallFacts {
	readonly state:
		| 'metadata'
		| 'checking'
		| 'queued'
		| 'downloading'
		| 'seeding'
		| 'finished'
		| 'pausing'
		| 'paused'
		| 'failed';
	/** In state `failed`: what happened and what to do, ready for a person. */
	readonly failure: string | undefined;
	/** 0 .. 1, in state `checking`. */
	readonly checked: number | undefined;
	/** In state `checking`, when that is done: its files are given their room on the disk. */
	readonly allocating?: boolean | undefined;
	/** In state `queued`: how many torrents go first, and what ends the wait. */
	readonly queuedBehind: number;
	/** Its files are on their way to another folder: how many are there, 0 .. 1. */
	readonly moving?: {readonly dir: string; readonly done: number} | undefined;
	readonly filesWanted: number;
	readonly trackers: TrackerFacts;
	/** DHT, PEX or LSD may still find somebody. */
	readonly otherSources: boolean;
	/** Peers known but not connected, and until the next of them is dialled. */
	readonly known: number;
	readonly connecting: number;
	readonly nextDialIn: Seconds | undefined;
	readonly connected: number;
	/** Those who have something we want; and of them those who choke us, and those who were asked and send nothing. */
	readonly interesting: number;
	readonly interestingChoking: number;
	readonly interestingSnubbed: number;
	/** Those who want something of us. */
	readonly interested: number;
	/** Wanted pieces that nobody connected has, and the first of them. */
	readonly unavailable: number;
	readonly firstUnavailable: number | undefined;
	readonly downloadRate: BytesPerSecond;
	readonly uploadRate: BytesPerSecond;
	/** The narrowest limits that hold for this torrent. */
	readonly maxDownload: BytesPerSecond | undefined;
	readonly maxUpload: BytesPerSecond | undefined;
	/** Bytes that wait for the disk; `diskBehind` when no more are taken in until some are written. */
	readonly diskQueue: Bytes;
	readonly diskBehind: boolean;
	readonly port: number;
	/** Incoming connections since the start, and how long ago that was. */
	readonly incoming: number;
	readonly listeningFor: Seconds;
}

/**
 * One sentence that says why nothing moves, or what holds back what does; undefined when all is well.
 * What a person decided comes first, then what they must mend, then what one has to wait for.
 */
export function whyNothingMoves(facts: StallFacts): Reason | undefined {
	const {moving} = facts;
	if (moving !== undefined && facts.state !== 'failed')
		return info(`moving to ${moving.dir}: ${Math.floor(moving.done * 100)} %`);
	switch (facts.state) {
		case 'failed':
			return {level: 'error', text: facts.failure ?? 'stopped by an error: see the log'};
		case 'paused':
			return info('paused');
		case 'pausing':
			return info('pausing: finishing what is being written');
		case 'checking':
			if (facts.allocating) return info('making room for the files on the disk');
			return info(`checking the files: ${Math.floor((facts.checked ?? 0) * 100)} %`);
		case 'queued':
			return info(`queued: ${plural(facts.queuedBehind, 'torrent goes', 'torrents go')} first`);
		case 'metadata':
		case 'downloading':
			return whyNoDownload(facts);
		case 'seeding':
			return facts.filesWanted === 0 ? nothingWanted : whyNoUpload(facts);
		case 'finished':
			return info('finished: the seeding goal is reached');
	}
}

const nothingWanted: Reason = {level: 'warn', text: 'nothing wanted: every file is skipped'};

function whyNoDownload(facts: StallFacts): Reason | undefined {
	if (facts.state === 'downloading' && facts.filesWanted === 0) return nothingWanted;
	if (facts.diskBehind) return warn(`the disk is slow: ${size(facts.diskQueue)} wait to be written`);
	if (isLimited(facts.downloadRate, facts.maxDownload)) return info(`limited to ${rate(facts.maxDownload!)}`);
	if (facts.downloadRate > 0) return undefined;
	return facts.connected > 0 ? whyNobodySends(facts) : whyNobodyIsHere(facts);
}

function whyNobodySends(facts: StallFacts): Reason {
	const {connected, interesting, interestingChoking, interestingSnubbed, unavailable} = facts;
	if (facts.state === 'metadata')
		return info(`asking ${plural(connected, 'peer', 'peers')} what the torrent holds`);
	if (interesting === 0 && unavailable > 0) {
		const first = `nobody connected has piece ${facts.firstUnavailable ?? 0}`;
		return warn(unavailable === 1 ? first : `${first} and ${unavailable - 1} more`);
	}
	if (interesting === 0) return info(`${plural(connected, 'peer has', 'peers have')} nothing we need yet`);
	if (interestingChoking === interesting) {
		if (interesting < connected) {
			const one = 'the only peer with what is missing chokes us';
			return info(interesting === 1 ? one : `all ${interesting} peers with what is missing choke us`);
		}
		return info(connected === 1 ? 'the only peer chokes us' : `all ${connected} peers choke us`);
	}
	const open = interesting - interestingChoking;
	if (interestingSnubbed >= open) {
		return warn(
			open === 1 ? 'the peer that should send has stopped' : `${open} peers should send, all have stopped`,
		);
	}
	return info(`waiting for ${plural(open, 'peer', 'peers')} to send`);
}

function whyNobodyIsHere(facts: StallFacts): Reason {
	const {trackers, known, connecting, nextDialIn} = facts;
	if (connecting > 0) return info(`connecting to ${plural(connecting, 'peer', 'peers')}`);
	if (trackers.announcing && known === 0) return info('asking the tracker for peers');
	if (trackers.count > 0 && !trackers.working && trackers.lastError !== undefined) {
		const again = trackers.nextIn === undefined ? '' : ` (next try in ${time(trackers.nextIn)})`;
		return warn(`no tracker answers: ${trackers.lastError}${again}`);
	}
	if (known > 0) {
		if (nextDialIn === 0) return info(`about to connect: ${plural(known, 'peer', 'peers')} known`);
		const again = nextDialIn === undefined ? '' : `: next try in ${time(nextDialIn)}`;
		return portClosed(facts) ?? warn(`no peer can be reached, ${known} known${again}`);
	}
	if (trackers.count > 0 && trackers.nextIn !== undefined) {
		const told = trackers.working ? 'the tracker knows no peers' : 'waiting for tracker';
		return info(`${told}: next try in ${time(trackers.nextIn)}`);
	}
	if (facts.otherSources) return info('no peers known yet: searching');
	return warn('no peers known and no tracker to ask: add a tracker or a peer');
}

function whyNoUpload(facts: StallFacts): Reason | undefined {
	if (isLimited(facts.uploadRate, facts.maxUpload)) return info(`limited to ${rate(facts.maxUpload!)}`);
	if (facts.uploadRate > 0) return undefined;
	if (facts.connected === 0) return portClosed(facts) ?? info('complete: nobody is connected');
	if (facts.interested === 0) {
		const {connected} = facts;
		const nobody =
			connected === 1 ? 'the only peer wants nothing' : `none of ${connected} peers wants anything`;
		return info(`complete: ${nobody}`);
	}
	return undefined;
}

function portClosed({incoming, listeningFor, port}: StallFacts): Reason | undefined {
	if (incoming > 0 || listeningFor < silenceOfClosedPort) return undefined;
	return warn(`no incoming connections: port ${port} seems closed`);
}

function isLimited(speed: BytesPerSecond, limit: BytesPerSecond | undefined): boolean {
	return limit !== undefined && speed >= limit * limitReached;
}

function info(text: string): Reason {
	return {level: 'info', text};
}

function warn(text: string): Reason {
	return {level: 'warn', text};
}

function plural(count: number, one: string, many: string): string {
	return `${count} ${count === 1 ? one : many}`;
}

function size(bytes: Bytes): string {
	const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
	let unit = 0;
	let value = bytes;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}
	return `${value < 10 && unit > 0 ? Number(value.toFixed(1)) : Math.round(value)} ${units[unit]}`;
}

function rate(speed: BytesPerSecond): string {
	return `${size(speed)}/s`;
}

function time(seconds: Seconds): string {
	if (seconds < 120) return `${Math.max(0, Math.ceil(seconds))} s`;
	return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}
