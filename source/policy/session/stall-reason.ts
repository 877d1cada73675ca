import {limitWithUnit, sizeText} from '../../base/quantity-text.js';
import {type Reason, spanText} from '../../base/reason.js';
import type {Bytes, BytesPerSecond, Millis, Seconds} from '../../base/units.js';

/** With so much of a limit used it is the limit that holds the torrent back. */
const limitReached = 0.9;
/** Nobody has come in for so long, which may be because the port is closed: nobody can tell from inside. */
const silenceAtPort: Seconds = 600;
/** A tracker that has not answered for so long is in the way. */
const longSilence: Seconds = 8;
/** Who knows no node of the DHT for so long is cut off from it. */
const longWithoutNodes: Seconds = 60;

/** What the trackers of a torrent are about. */
export interface TrackerFacts {
	/** Trackers that are not switched off. */
	readonly count: number;
	readonly announcing: boolean;
	/** Whether one of them answered the last time it was asked. */
	readonly working: boolean;
	/** How many of them did. */
	readonly answered?: number;
	/** What the last failed announce said, made safe for a terminal. */
	readonly lastError: string | undefined;
	/** The machine that said so, or did not answer; made safe for a terminal. */
	readonly lastHost?: string | undefined;
	/** What was wrong with each that failed; the same words in the same order as `TrackerView.trouble`. */
	readonly troubles?: ReadonlyArray<'silent' | 'refused' | 'broken'>;
	/** One was asked so long ago, and none has answered yet. */
	readonly silentFor?: Seconds | undefined;
	/** Seeds that one of them counts. */
	readonly seeders?: number | undefined;
	/** The peers that their last answers named. */
	readonly named?: number;
	/** These are all ourselves, or nobody but us is counted. */
	readonly onlyUs?: boolean;
	/** When the next announce is due, in ms since 1970; undefined when none is planned. */
	readonly nextAt: Millis | undefined;
}

/** How far asking what a torrent holds has come. */
export interface MetadataFacts {
	/** Connected peers that say they have its file list; of those, who is asked just now. */
	readonly sources: number;
	readonly asked: number;
	/** How often what they gave was wrong. */
	readonly failures: number;
	/** 0 .. 1 */
	readonly progress: number;
}

/** What the web seeds of a torrent are about. */
export interface WebSeedFacts {
	/** Those that are being asked. */
	readonly asked: number;
	/** What went wrong with the first of the others, made safe for a terminal: `web seed example.org: 404 not found`. */
	readonly trouble: string | undefined;
	/** When one of them is asked again, in ms since 1970; undefined when none is. */
	readonly nextAt: Millis | undefined;
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
	/** In state `queued`: everything waits until then, `06:30`. */
	readonly haltedUntil?: string | undefined;
	/** In state `queued`: it waits for room on the disk. Bytes; `free` is undefined while the disk has not answered. */
	readonly room?: {readonly floor: Bytes; readonly free: Bytes | undefined} | undefined;
	/** Its files are known, and somebody is to choose among them. */
	readonly choosing?: boolean | undefined;
	/** Its files are on their way to another folder: how many are there, 0 .. 1. */
	readonly moving?: {readonly dir: string; readonly done: number} | undefined;
	readonly filesWanted: number;
	readonly trackers: TrackerFacts;
	/** DHT, PEX or LSD may still find somebody. */
	readonly otherSources: boolean;
	/** Nodes of the DHT that answer; undefined when the torrent may not have it, or it is switched off. */
	readonly dhtNodes?: number | undefined;
	/** In state `metadata`. */
	readonly metadata?: MetadataFacts | undefined;
	/** Peers known but not connected; whether one of them is dialled now, and when else, in ms since 1970. */
	readonly known: number;
	readonly connecting: number;
	readonly dialDue?: boolean | undefined;
	readonly nextDialAt: Millis | undefined;
	/** Who does not encrypt is not met. */
	readonly encryptedOnly?: boolean | undefined;
	readonly connected: number;
	/** Those who have something we want; and of them those who choke us, and those who were asked and send nothing. */
	readonly interesting: number;
	readonly interestingChoking: number;
	readonly interestingSnubbed: number;
	/** Those who came a moment ago and have not said yet what they have. */
	readonly untold?: number;
	/** Those who want something of us. */
	readonly interested: number;
	/** Wanted pieces that nobody connected has, and the first of them. */
	readonly unavailable: number;
	readonly firstUnavailable: number | undefined;
	/** Wanted pieces that nobody can verify yet, when there is no other to be asked for. BEP 52. */
	readonly hashesMissing?: number | undefined;
	/** What the HTTP servers that have its files do; undefined where there are none that could be asked. */
	readonly webSeeds?: WebSeedFacts | undefined;
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
	switch (facts.state) {
		case 'metadata':
		case 'downloading':
			return whyItStands(facts) ?? whyNoDownload(facts);
		case 'seeding':
			return whyItStands(facts) ?? (facts.filesWanted === 0 ? nothingWanted : whyNoUpload(facts));
		default:
			return whyItStands(facts);
	}
}

/** What is asked about a torrent that does not run. */
export type StandingFacts = Pick<
	StallFacts,
	| 'state'
	| 'choosing'
	| 'moving'
	| 'failure'
	| 'checked'
	| 'allocating'
	| 'queuedBehind'
	| 'haltedUntil'
	| 'room'
>;

/** Why a torrent does not run, or is to wait though it does; undefined when it runs: its peers tell more then. */
export function whyItStands(facts: StandingFacts): Reason | undefined {
	const {moving} = facts;
	if (moving !== undefined && facts.state !== 'failed')
		return info(`moving to ${moving.dir}: ${Math.floor(moving.done * 100)} %`);
	switch (facts.state) {
		case 'failed':
			return {level: 'error', text: facts.failure ?? 'stopped by an error: see the log'};
		case 'paused':
			return facts.choosing ? toBeChosen : info('paused');
		case 'pausing':
			return info('pausing: finishing what is being written');
		case 'checking':
			if (facts.allocating) return info('making room for the files on the disk');
			return info(`checking the files: ${Math.floor((facts.checked ?? 0) * 100)} %`);
		case 'queued':
			if (facts.haltedUntil !== undefined)
				return info(`everything waits until ${facts.haltedUntil} (slow-times): slow mode off lets it go on`);
			if (facts.room !== undefined) return whyNoRoom(facts.room);
			if (facts.queuedBehind === 0) return info('queued: its turn comes when another makes room');
			return info(`queued: ${plural(facts.queuedBehind, 'torrent goes', 'torrents go')} first`);
		case 'finished':
			return info('finished: the seeding goal is reached');
		case 'metadata':
		case 'downloading':
		case 'seeding':
			return undefined;
	}
}

const toBeChosen: Reason = {
	level: 'warn',
	text: 'its files are known: choose which to take on the screen, or resume it for all',
};

const nothingWanted: Reason = {level: 'warn', text: 'nothing wanted: every file is skipped'};

function whyNoRoom({floor, free}: NonNullable<StallFacts['room']>): Reason {
	if (free === undefined) return info('finding out how much room there is on the disk');
	return warn(`waits for room on the disk: ${sizeText(free)} free, ${sizeText(floor)} are kept free`);
}

function whyNoDownload(facts: StallFacts): Reason | undefined {
	if (facts.state === 'downloading' && facts.filesWanted === 0) return nothingWanted;
	if (facts.diskBehind) return warn(`the disk is slow: ${sizeText(facts.diskQueue)} wait to be written`);
	if (isLimited(facts.downloadRate, facts.maxDownload))
		return info(`limited to ${limitWithUnit(facts.maxDownload!)}`);
	if (facts.downloadRate > 0) return undefined;
	const {webSeeds} = facts;
	if (webSeeds !== undefined && webSeeds.asked > 0)
		return info(`waiting for ${plural(webSeeds.asked, 'web seed', 'web seeds')} to send`);
	if (facts.connected > 0) return whyNobodySends(facts);
	if (facts.known === 0 && facts.connecting === 0 && webSeeds?.trouble !== undefined) {
		return warn(`no peer found yet, and ${webSeeds.trouble}`, webSeeds.nextAt);
	}
	return whyNobodyIsHere(facts);
}

function whyNobodySends(facts: StallFacts): Reason {
	const {connected, interesting, interestingChoking, interestingSnubbed, unavailable} = facts;
	if (facts.state === 'metadata') return whyNoMetadata(facts);
	const {untold = 0, hashesMissing = 0} = facts;
	if (interesting > 0 && hashesMissing > 0)
		return info(`waiting for peers to give the hashes of ${plural(hashesMissing, 'piece', 'pieces')}`);
	if (interesting === 0 && untold > 0)
		return info(`waiting for ${plural(untold, 'peer', 'peers')} to say what they have`);
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

/** Of whom the file list is to come. */
function whyNoMetadata({connected, untold = 0, metadata}: StallFacts): Reason {
	const {sources, asked, failures, progress} = metadata ?? {sources: 0, asked: 0, failures: 0, progress: 0};
	if (failures > 0) {
		const wrong = 'the file list some peers gave was wrong';
		return warn(asked > 0 ? `${wrong}: asking others` : `${wrong}: nobody else has it yet`);
	}
	if (asked > 0) {
		const share = progress > 0 ? `: ${Math.floor(progress * 100)} % is here` : '';
		return info(`asking ${plural(asked, 'peer', 'peers')} for the file list${share}`);
	}
	if (sources > 0)
		return info(
			`${plural(sources, 'peer has', 'peers have')} the file list and ${sources === 1 ? 'does' : 'do'} not give it yet`,
		);
	if (untold > 0) return info(`waiting for ${plural(untold, 'peer', 'peers')} to say what they have`);
	return info(`${plural(connected, 'peer does', 'peers do')} not have the file list either`);
}

function whyNobodyIsHere(facts: StallFacts): Reason {
	const {trackers, known, connecting, nextDialAt} = facts;
	if (connecting > 0) return info(`connecting to ${plural(connecting, 'peer', 'peers')}`);
	if (known === 0 && facts.dhtNodes !== undefined) return whyNobodyIsFound(facts, facts.dhtNodes);
	const {silentFor} = trackers;
	if (silentFor !== undefined && (known === 0 || silentFor >= longSilence)) return silence(silentFor);
	if (trackers.announcing && known === 0) return info('asking the tracker for peers');
	const trouble = trackerTrouble(trackers);
	if (trouble !== undefined) return trouble;
	if (known > 0) {
		if (facts.dialDue) return info(`about to connect: ${plural(known, 'peer', 'peers')} known`);
		const how = facts.encryptedOnly ? ' with encryption, which is required' : '';
		return warn(`no peer can be reached${how}, ${known} known`, nextDialAt);
	}
	if (trackers.count > 0 && trackers.nextAt !== undefined)
		return info(trackers.working ? whatIsKnown(trackers) : 'waiting for the tracker', trackers.nextAt);
	if (facts.otherSources) return info('no peers known yet: searching');
	return warn('no peers and no tracker to ask: add a tracker or a peer');
}

/** What has been done to find somebody, in the DHT and by trackers. */
function whyNobodyIsFound({trackers, listeningFor}: StallFacts, nodes: number): Reason {
	const isCutOff = nodes === 0 && listeningFor >= longWithoutNodes;
	const dht =
		nodes > 0
			? `DHT has ${someNodes(nodes)}`
			: isCutOff
				? 'no node of the DHT answers'
				: 'DHT has no node yet';
	const tracker = whatTrackersSay(trackers);
	// What is wrong comes before what is not: rows of a list have no room for all.
	if (tracker?.level === 'warn') return warn(`${tracker.text}; no peer found yet, ${dht}`, tracker.nextAt);
	const text = `no peer found yet: ${dht}${tracker === undefined ? '' : `, ${tracker.text}`}`;
	return reason(isCutOff ? 'warn' : 'info', text, tracker?.nextAt);
}

/** So many that the words hold for a while, though one comes and another goes. */
function someNodes(nodes: number): string {
	if (nodes < 20) return plural(nodes, 'node', 'nodes');
	const step = nodes < 100 ? 20 : 100;
	return `${Math.floor(nodes / step) * step}+ nodes`;
}

function whatTrackersSay(trackers: TrackerFacts): Reason | undefined {
	const {count, announcing, silentFor, answered = 0} = trackers;
	if (count === 0) return undefined;
	if (silentFor !== undefined) return silence(silentFor);
	const trouble = trackerTrouble(trackers);
	if (trouble !== undefined) return trouble;
	if (answered > 1) return info(`${answered} trackers answered`);
	if (trackers.working) return info(whatIsKnown(trackers));
	return info(announcing ? 'asking the tracker' : 'waiting for the tracker');
}

function silence(silentFor: Seconds): Reason {
	if (silentFor < longSilence) return info('no answer from the tracker yet');
	// In steps: what is looked at again and again is not to be another each second.
	const step = silentFor < 60 ? 10 : 60;
	const over = Math.max(5, Math.floor(silentFor / step) * step);
	return warn(`no answer from the tracker yet: asked over ${spanText(over)} ago`);
}

/** No tracker is of any use, each for its reason. */
function trackerTrouble({
	count,
	working,
	lastError,
	lastHost,
	troubles = [],
	nextAt,
}: TrackerFacts): Reason | undefined {
	if (count === 0 || working || lastError === undefined) return undefined;
	// Where there are several, one of them is told for all.
	const whose = lastHost !== undefined && count > 1 ? `${lastHost}: ` : '';
	return warn(`${troubleInWords(count, troubles, lastHost)}: ${whose}${lastError}`, nextAt);
}

function troubleInWords(
	count: number,
	troubles: NonNullable<TrackerFacts['troubles']>,
	host: string | undefined,
): string {
	const are = (trouble: (typeof troubles)[number]) => troubles.every(other => other === trouble);
	if (count === 1 && host !== undefined) {
		if (are('silent')) return `tracker ${host} does not answer`;
		if (are('refused')) return `tracker ${host} refuses`;
		return `the answer of tracker ${host} is of no use`;
	}
	const isAll = troubles.length >= count;
	if (are('silent')) return 'no tracker answers';
	if (are('refused')) {
		if (count === 1) return 'the tracker refuses';
		return isAll ? `all ${count} trackers refuse` : 'no tracker helps, one refuses';
	}
	if (are('broken'))
		return count === 1 ? 'the tracker’s answer is of no use' : 'no tracker’s answer is of use';
	return troubles[0] === 'refused' ? 'no tracker helps, one refuses' : 'no tracker helps';
}

/** What trackers that answered, and named nobody who is of use, know. */
function whatIsKnown({onlyUs, seeders = 0, named = 0}: TrackerFacts): string {
	if (onlyUs) return 'the tracker knows only us';
	if (named > 0) return 'nobody whom the tracker named can be reached';
	if (seeders > 0) return `the tracker counts ${plural(seeders, 'seed', 'seeds')} and names nobody`;
	return 'the tracker knows no peers';
}

function whyNoUpload(facts: StallFacts): Reason | undefined {
	if (isLimited(facts.uploadRate, facts.maxUpload))
		return info(`limited to ${limitWithUnit(facts.maxUpload!)}`);
	if (facts.uploadRate > 0) return undefined;
	if (facts.connected === 0) {
		// Nobody can find us then.
		const {silentFor} = facts.trackers;
		const trouble = silentFor === undefined ? trackerTrouble(facts.trackers) : silence(silentFor);
		if (trouble !== undefined) return {...trouble, text: `complete: ${trouble.text}`};
		return info(`complete: nobody is connected${silentPort(facts)}`);
	}
	if (facts.interested === 0) {
		const {connected} = facts;
		const nobody =
			connected === 1 ? 'the only peer wants nothing' : `none of ${connected} peers wants anything`;
		return info(`complete: ${nobody}`);
	}
	return undefined;
}

/** Whether a port is open is known when somebody has come in; that nobody has is no proof of the contrary. */
function silentPort({incoming, listeningFor, port}: StallFacts): string {
	if (incoming > 0 || listeningFor < silenceAtPort) return '';
	// Behind a proxy there is none.
	return port === 0 ? ', and nobody comes in through a proxy' : `, and nobody has come to port ${port} yet`;
}

function isLimited(speed: BytesPerSecond, limit: BytesPerSecond | undefined): boolean {
	return limit !== undefined && speed >= limit * limitReached;
}

function info(text: string, nextAt?: Millis): Reason {
	return reason('info', text, nextAt);
}

function warn(text: string, nextAt?: Millis): Reason {
	return reason('warn', text, nextAt);
}

function reason(level: Reason['level'], text: string, nextAt?: Millis): Reason {
	return nextAt === undefined ? {level, text} : {level, text, nextAt};
}

function plural(count: number, one: string, many: string): string {
	return `${count} ${count === 1 ? one : many}`;
}
