import {accessSync, constants, existsSync} from 'node:fs';
import {dirname} from 'node:path';
import type {SessionView, TorrentView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {count} from '../../ui/text/format.js';
import type {ConfigJudgement} from '../arguments/config-judgement.js';
import {requireOwnFolder} from '../engine-process/own-folder.js';
import {type Finding, findings} from './finding.js';

/** What the engine that runs says, or why it says nothing. */
export type EngineAnswer =
	| {readonly runs: false}
	/** It is there and cannot be spoken to. */
	| {readonly runs: true; readonly failure: UserError}
	| {
			readonly runs: true;
			readonly failure?: undefined;
			readonly version: string;
			readonly pid: number;
			readonly about: Readonly<Record<string, unknown>>;
			readonly session: SessionView;
			readonly torrents: readonly TorrentView[];
	  };

/** Whether the engine runs, answers, and is of this version. */
export function checkEngine(answer: EngineAnswer, version: string): Finding[] {
	const {ok, warning, wrong, unknown} = findings('engine');
	if (!answer.runs) return [unknown('none runs', 'tortui starts one, and so does: tortui engine')];
	if (answer.failure !== undefined) {
		const advice =
			answer.failure.code === 'engine-version' ? 'put this one in its place: tortui restart' : undefined;
		return [wrong(answer.failure.message.split(';')[0]!, advice ?? answer.failure.message.split('; ')[1])];
	}
	const text = `process ${answer.pid} answers, ${count(answer.torrents.length, 'torrent')}`;
	if (answer.version === version) return [ok(`version ${version}, ${text}`)];
	return [
		warning(
			`${text}, but is of version ${answer.version}, and this is ${version}`,
			'put this one in its place: tortui restart',
		),
	];
}

/** Whether torrents were stopped by an error. */
export function checkTorrents({torrents}: {readonly torrents: readonly TorrentView[]}): Finding[] {
	const {ok, warning} = findings('torrents');
	const failed = torrents.filter(({state}) => state === 'failed');
	const shown = failed
		.slice(0, 5)
		.map(({id, name, reason}) =>
			warning(
				`${name} is stopped by an error: ${reason?.text ?? 'nobody knows why'}`,
				`when that is mended: tortui resume ${id.slice(0, 8)}`,
			),
		);
	const more = failed.length - shown.length;
	if (more > 0) shown.push(warning(`and ${more} more`, 'all of them: tortui list --filter failed'));
	return shown.length > 0 ? shown : torrents.length === 0 ? [] : [ok('none was stopped by an error')];
}

/** Whether the config file says what makes sense. */
export function checkConfig(path: string, judgement: ConfigJudgement | UserError): Finding[] {
	const {ok, warning, wrong} = findings('config');
	if (judgement instanceof UserError) return [wrong(judgement.message, `correct it: ${path}`)];
	const {faults} = judgement;
	if (faults.length === 0)
		return [ok(existsSync(path) ? `${path} makes sense` : `there is no ${path}: everything is as it comes`)];
	return faults.map(({message, isFatal}) =>
		(isFatal ? wrong : warning)(message, 'correct that line; tortui config tells what can be set'),
	);
}

/** Whether the state folder is ours alone, and can be written to. */
export function checkState(stateDir: string): Finding[] {
	const {ok, wrong} = findings('state');
	try {
		requireOwnFolder(stateDir, 'the state folder');
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		const [text = '', advice] = error.message.split(/: (?=choose|keep|it)/);
		return [wrong(text, advice)];
	}
	let existing = stateDir;
	while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
	try {
		accessSync(existing, constants.W_OK | constants.X_OK);
	} catch {
		return [wrong(`${existing} cannot be written to`, 'choose another with --state-dir or TORTUI_HOME')];
	}
	return [ok(existing === stateDir ? `${stateDir} is ours alone` : `${stateDir} is made at the first start`)];
}
