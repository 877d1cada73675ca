import type {Findings} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import {nameText} from '../../ui/text/text.js';
import {defineCommand} from '../arguments/command.js';
import {integer} from '../arguments/quantities.js';
import {remoteOptions} from '../torrents/engine-options.js';
import {withEngine} from '../torrents/with-engine.js';

const usualLimit = 20;

/** What was found, a line each: the best first, whatever it is. */
function findingLines({torrents, files, labels, more}: Findings): readonly string[] {
	const found = [
		...torrents.map(({id, name, score}) => ({
			score,
			line: `torrent  ${id.slice(0, 8)}  ${nameText(name)}`,
		})),
		...files.map(({id, index, path, score}) => ({
			score,
			line: `file     ${id.slice(0, 8)}  ${index + 1}  ${nameText(path.join('/'))}`,
		})),
		...labels.map(({label, score}) => ({score, line: `label    ${nameText(label)}`})),
	].sort((a, b) => b.score - a.score);
	return [...found.map(({line}) => line), ...(more > 0 ? [`${more} more: --limit N shows them`] : [])];
}

/** Finds torrents, files and labels of the running engine. */
export const command = defineCommand({
	name: 'find',
	usage: ['find WORDS... [options]'],
	summary:
		'Finds torrents, their files and labels of the running engine by words, letters of which may be left out.',
	words: [1, Number.POSITIVE_INFINITY],
	options: {
		limit: {
			kind: 'value',
			value: 'N',
			read: integer(1, 200),
			help: 'so many of each kind at most',
			standard: String(usualLimit),
		},
		...remoteOptions,
	},
	notes: [
		'The best comes first; every word must be found. A file is told with the number that',
		'files and get --select know it by. Ends with 1 when nothing was found.',
	],
	async run({input, flags}, context) {
		return withEngine(flags, context, async engine => {
			const {findings} = await engine.send({
				type: 'session.find',
				words: input.join(' ').slice(0, 1000),
				limit: flags.limit ?? usualLimit,
			});
			if (findings === undefined)
				throw new UserError(
					'old-engine',
					'the running engine finds nothing: tortui stop, then start it again',
				);
			const lines = findingLines(findings);
			if (flags.json) context.stdout.write(`${terminalJson(findings, 2)}\n`);
			else if (lines.length > 0) context.stdout.write(`${lines.join('\n')}\n`);
			return lines.length > 0 ? 0 : 1;
		});
	},
});
