import {execFileSync} from 'node:child_process';
import type {Workspace} from './workspace.ts';

/**
 * A certificate that nobody vouches for, by openssl.
 *
 * @param name tells it from others
 * @param addresses for which it is, as openssl wants them: `IP:127.0.0.1`
 */
export function certificate(
	space: Workspace,
	name: string,
	addresses = 'IP:127.0.0.1',
): {readonly cert: string; readonly key: string} {
	const [cert, key] = [space.path(`${name}.pem`), space.path(`${name}-key.pem`)];
	const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
	const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${addresses}`];
	execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert, ...subject], {
		stdio: 'ignore',
	});
	return {cert, key};
}
