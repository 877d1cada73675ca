import {compileGlob} from '../api/glob.js';
import {UserError} from '../base/errors.js';

/** Whether something in the folder is left out: `path` has the elements below it. */
export type Exclusion = (path: readonly string[]) => boolean;

/**
 * What is left out of a torrent of the folder `name`: whatever one of the patterns fits, with all that is below it. They
 * are those of `compileGlob`; one that begins with `/` speaks of the folder's own entries.
 *
 * @throws {UserError} when a pattern stands for too many
 */
export function compileExclusion(patterns: readonly string[], name: string): Exclusion {
	const folder = name.replace(/[\\*?[\]{},]/g, '\\$&');
	const tests = patterns.map(text => {
		const pattern = text.replace(/^\.\//, '').replace(/^\/(?=.)/, `${folder}/`);
		const test = compileGlob(pattern);
		if (test === undefined)
			throw new UserError('bad-pattern', `--exclude ${text}: its {} stand for too many patterns`, 2);
		return test;
	});
	return path => tests.length > 0 && tests.some(test => test([name, ...path]));
}
