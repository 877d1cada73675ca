import {resolve} from 'node:path';
import type {CreationOptions} from '../../api/creation.js';
import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {CreateOptions} from '../../creator/create-options.js';
import type {Context} from '../arguments/command.js';
import {withEngine} from './with-engine.js';

/** What of `create` the running engine cannot do. */
const missing = {
	similar: '--similar',
	collections: '--collection',
} as const;

/** What was typed for a torrent that the running engine is to make. */
export interface BackgroundCreation {
	readonly options: CreateOptions;
	readonly output: string | undefined;
	readonly force: boolean;
	readonly seed: boolean;
	readonly json: boolean;
	readonly stateDir: string | undefined;
}

function creationOptions(options: CreateOptions): CreationOptions {
	const {
		version,
		pieceLength,
		targetPieces,
		trackers = [],
		webSeeds = [],
		source,
		comment,
		exclude = [],
	} = options;
	return {
		...(version !== undefined && {version}),
		...(pieceLength !== undefined && {pieceLength}),
		...(targetPieces !== undefined && {targetPieces}),
		...(trackers.length > 0 && {trackers}),
		...(webSeeds.length > 0 && {webSeeds}),
		...(options.private && {private: true}),
		...(source !== undefined && {source}),
		...(comment !== undefined && {comment}),
		date: options.creationDate !== undefined,
		...(options.includeHidden && {includeHidden: true}),
		...(options.followLinks && {followLinks: true}),
		...(exclude.length > 0 && {exclude}),
	};
}

/** Has the running engine make a torrent, and says its number among those that are being made. */
export async function createInBackground(
	{options, output, force, seed, json, stateDir}: BackgroundCreation,
	context: Context,
): Promise<0> {
	const not = [
		...Object.entries(missing).flatMap(([key, name]) =>
			(options[key as keyof typeof missing]?.length ?? 0) > 0 ? [name] : [],
		),
		...(options.executable === false ? ['--no-executable'] : []),
		...(force ? ['--force'] : []),
		...(output === '-' ? ['-o -'] : []),
	];
	if (not.length > 0)
		throw new UserError('usage', `the engine cannot do that: ${not.join(', ')} (leave out --background)`, 2);
	return withEngine({stateDir}, context, async engine => {
		const {creation} = await engine.send({
			type: 'torrent.create',
			path: resolve(options.path),
			...(output !== undefined && {output: resolve(output)}),
			...(seed && {seed}),
			options: creationOptions(options),
		});
		context.stdout.write(json ? `${terminalJson({creation})}\n` : `${creation}\n`);
		return 0 as const;
	});
}
