import {UserError} from '../../base/errors.js';
import {readRegularFileNow} from '../../io/files/regular-file.js';

const largest = 4096;
/** What is shorter is found by trying, however slowly. */
const shortest = 8;

/**
 * The password of the web screen: the first line of a file, else `TORTUI_WEB_PASSWORD`; undefined when there is none.
 *
 * @throws {UserError} for a file that cannot be read, and a password that is no good
 */
export function webPassword(path: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
	let password = env['TORTUI_WEB_PASSWORD'];
	if (path !== undefined) {
		try {
			const text = Buffer.from(readRegularFileNow(path, largest)).toString('utf8');
			password = text.split(/\r?\n/)[0];
		} catch (error) {
			throw new UserError('web-password', `the password cannot be read: ${(error as Error).message}`);
		}
	}
	if (password === undefined || (password === '' && path === undefined)) return undefined;
	if (password.length < shortest)
		throw new UserError(
			'web-password',
			`the password of the web screen is too short: ${shortest} letters at least`,
		);
	return password;
}
