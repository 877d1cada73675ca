import {homedir} from 'node:os';
import {resolve} from 'node:path';
import type {Reply} from '../../api/command.js';
import {compileGlob} from '../../api/glob.js';
import {ProtocolError, UserError} from '../../base/errors.js';
import {nearest} from '../../base/nearest.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {findState} from '../../importer/foreign-clients.js';
import {type ClientName, clientNames, type ForeignEntry} from '../../importer/foreign-torrent.js';
import type {PathChange} from '../../importer/path-map.js';
import {type PreparedTorrent, prepareTorrent} from '../../importer/prepare-torrent.js';
import {typedPath} from '../../io/files/typed-path.js';
import {count} from '../../ui/text/format.js';
import {type Context, defineCommand, type Flags, type Options} from '../arguments/command.js';
import {jsonOption, logOptions, stateOptions} from '../arguments/flags.js';
import type {ValueReader} from '../arguments/quantities.js';
import {findEngine, requireEngine} from '../engine-process/find-engine.js';
import {SomeAtOnce} from '../engine-process/some-at-once.js';
import {stateDirPath} from '../engine-process/state-dir.js';

const pathChange: ValueReader<PathChange> = (value, where) => {
	const at = value.indexOf('=');
	if (at <= 0 || at === value.length - 1)
		throw new UserError('bad-value', `${where}: ${JSON.stringify(value)} is not OLD=NEW`, 2);
	return {from: value.slice(0, at), to: resolve(typedPath(value.slice(at + 1)))};
};

const nameGlob: ValueReader<(name: string) => boolean> = (value, where) => {
	const matches = compileGlob(value);
	if (matches === undefined)
		throw new UserError('bad-value', `${where}: ${JSON.stringify(value)} is no pattern`, 2);
	return name => matches([name]);
};

const options = {
	dryRun: {kind: 'on', short: 'n', help: 'say what would be brought, and bring nothing'},
	paused: {kind: 'on', help: 'start none of them'},
	only: {kind: 'list', value: 'GLOB', read: nameGlob, help: 'those with such a name: "debian*" (repeatable)'},
	map: {
		kind: 'list',
		value: 'OLD=NEW',
		read: pathChange,
		help: 'the folder OLD of that client, in a container say, is NEW here (repeatable)',
	},
	force: {kind: 'on', help: 'start them though that client runs still'},
	...stateOptions,
	...jsonOption,
	verbose: logOptions.verbose,
} as const satisfies Options;

/** What came of one torrent. */
type Outcome = 'added' | 'would-be-added';

/** How many of which. */
interface Counts {
	added: number;
	already: number;
	failed: number;
}

function asClient(word: string): ClientName {
	const name = word.toLowerCase() as ClientName;
	if (clientNames.includes(name)) return name;
	const near = nearest(name, clientNames);
	throw new UserError(
		'usage',
		`there is no client ${JSON.stringify(word)} to import from: ${clientNames.join(', ')}${near ? `; ${near}?` : ''}`,
		2,
	);
}

/** Tells what becomes of each, in lines or in JSON. */
class ImportReport {
	readonly counts: Counts = {added: 0, already: 0, failed: 0};
	readonly #context: Context;
	readonly #isJson: boolean;

	constructor(context: Context, isJson: boolean) {
		this.#context = context;
		this.#isJson = isJson;
	}

	failed(name: string, why: string): void {
		this.counts.failed++;
		if (this.#isJson) this.#write({result: 'failed', name, why});
		else this.#context.warn(`${terminalLine(name)}: ${terminalLine(why)}`);
	}

	/** The engine has it already. */
	here({ids: [infoHash], name}: Pick<PreparedTorrent, 'ids' | 'name'>): void {
		this.counts.already++;
		if (this.#isJson) this.#write({result: 'already', name, infoHash});
	}

	told({command, name, dir, have, pieces, notes}: PreparedTorrent, id: string, outcome: Outcome): void {
		this.counts.added++;
		const {label, paused = false} = command.options ?? {};
		if (this.#isJson) {
			const infoHash = id;
			return this.#write({result: outcome, name, infoHash, dir, label, paused, have, pieces, notes});
		}
		const facts = [
			pieces > 0 ? `${have} of ${count(pieces, 'piece')}` : 'a link',
			...(label === undefined ? [] : [`label ${label}`]),
			...(paused ? ['paused'] : []),
		];
		this.#context.stdout.write(
			`${outcome === 'added' ? 'added' : 'would add'} ${terminalLine(name)} (${terminalLine(facts.join(', '))})\n`,
		);
		for (const note of notes) this.#context.stdout.write(`  ${terminalLine(note)}\n`);
	}

	/** One line at the end, for people. */
	end(isDry: boolean): void {
		if (this.#isJson) return;
		const {added, already, failed} = this.counts;
		const parts = [
			`${count(added, 'torrent')} ${isDry ? 'would be added' : 'added'}`,
			...(already > 0 ? [`${already} here already`] : []),
			...(failed > 0 ? [`${failed} not`] : []),
		];
		this.#context.stderr.write(`${parts.join(', ')}\n`);
	}

	#write(line: object): void {
		this.#context.stdout.write(`${terminalJson(line)}\n`);
	}
}

/** The ids of what the engine has; nothing when there is no engine. */
async function present(engine: RemoteEngine | undefined): Promise<Set<string>> {
	const {torrents = []}: Reply = engine === undefined ? {} : await engine.send({type: 'session.list'});
	return new Set(torrents.map(({id}) => id));
}

/** How many are on their way to the engine: each is written to its disk before it answers. */
const mostAtOnce = 32;
/** Of very many files. */
const tooLong =
	'what is known of it is too long for one message: hand over its .torrent with tortui add -d DIR';
/** In bytes; of these one at a time, for they are in memory until it has answered. */
const large = 1 << 20;

/** Brings the torrents of one client. */
class Import {
	readonly #flags: Flags<typeof options>;
	readonly #report: ImportReport;
	readonly #engine: RemoteEngine | undefined;
	readonly #known: Set<string>;
	readonly #sends = new SomeAtOnce(mostAtOnce);
	#place: number;

	/** @param known the ids of what is here already */
	constructor(
		flags: Flags<typeof options>,
		report: ImportReport,
		engine: RemoteEngine | undefined,
		known: Set<string>,
	) {
		this.#flags = flags;
		this.#report = report;
		this.#engine = engine;
		this.#known = known;
		this.#place = known.size;
	}

	async bring(entry: ForeignEntry, paused: boolean): Promise<void> {
		const {only, map} = this.#flags;
		const isMeant = 'problem' in entry || only.length === 0 || only.some(matches => matches(entry.name));
		if (!isMeant) return;
		if ('problem' in entry) return this.#later(async () => this.#report.failed(entry.name, entry.problem));
		try {
			const isHere = (ids: readonly string[]): boolean => ids.some(id => this.#known.has(id));
			const prepared = await prepareTorrent(entry, {changes: map, paused, isHere});
			if ('isHere' in prepared) await this.#later(async () => this.#report.here(prepared));
			else await this.#send(prepared);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			await this.#later(async () => this.#report.failed(entry.name, error.message));
		}
	}

	async #send(prepared: PreparedTorrent): Promise<void> {
		const {ids, command, name} = prepared;
		const [id = ''] = ids;
		const engine = this.#engine;
		this.#known.add(id);
		if (this.#flags.dryRun || engine === undefined)
			return this.#later(async () => this.#report.told(prepared, id, 'would-be-added'));
		const known = {...command.options?.known, queue: ++this.#place};
		const placed = {...command, options: {...command.options, known}};
		await this.#sends.begin(
			() => engine.send(placed),
			async reply => {
				try {
					const {already, id: added = id} = await reply;
					if (already) this.#report.here(prepared);
					else this.#report.told(prepared, added, 'added');
				} catch (error) {
					const isOver =
						error instanceof UserError && (error.code === 'engine-lost' || error.code === 'stopping');
					if (error instanceof ProtocolError) return this.#report.failed(name, tooLong);
					if (isOver || !(error instanceof UserError)) throw error;
					this.#report.failed(name, error.message);
				}
			},
			command.type === 'torrent.add' && command.metainfo.length > large ? 1 : mostAtOnce,
		);
	}

	/** After what was begun before. */
	#later(tell: () => Promise<void>): Promise<void> {
		return this.#sends.begin(async () => {}, tell);
	}

	/** Resolves when all were told. */
	end(): Promise<void> {
		return this.#sends.end();
	}
}

/** Takes over the torrents of another client. */
export const command = defineCommand({
	name: 'import',
	usage: ['import transmission|qbittorrent|rtorrent|deluge [DIR] [options]'],
	summary: 'Takes over the torrents of another client, with what is had of them.',
	words: [1, 2],
	options,
	notes: [
		'DIR: the folder with the state of that client; where it usually is for you when',
		'left out. Nothing in it is changed, and the data stays where it is: end that',
		'client first, for two of them write over each other. While it runs, torrents are',
		'brought paused, unless --force says otherwise.',
		'',
		'Folders, labels, what is wanted of files, their names, limits, goals, trackers,',
		'totals, dates and what is had come along. Files that are as that client left them,',
		'by size and time, are not hashed. A torrent that is here already stays as it is.',
	],
	async run({input: [word = '', dir], flags}, context) {
		const {env, version, warn} = context;
		const name = asClient(word);
		const person = {home: env['HOME'] || homedir(), env};
		const {client, state} = await findState(name, dir === undefined ? undefined : typedPath(dir), person);
		const stateDir = stateDirPath(flags.stateDir, env);
		const find = flags.dryRun ? findEngine : requireEngine;
		const engine = await find(stateDir, env, version);
		const report = new ImportReport(context, flags.json);
		try {
			const running = await client.running(state.dir);
			if (running !== undefined)
				warn(
					flags.force
						? `${running} runs still: what both write to is damaged`
						: `${running} runs still: end it, then resume them here; they are brought paused (--force starts them)`,
				);
			const isPaused = flags.paused || (running !== undefined && !flags.force);
			const importing = new Import(flags, report, engine, await present(engine));
			for await (const entry of state.entries()) await importing.bring(entry, isPaused);
			await importing.end();
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			throw new UserError('bad-state', error.message);
		} finally {
			engine?.close();
		}
		report.end(flags.dryRun);
		return report.counts.failed > 0 ? 1 : 0;
	},
});
