import {execFile} from 'node:child_process';
import {UserError} from '../../base/errors.js';

/** A service manager that does not answer in this time is not waited for. In ms. */
const patience = 60_000;

/** What came of a call. */
export interface SystemctlAnswer {
	readonly status: number;
	/** Without white space at its ends. */
	readonly stdout: string;
	/** The first line of what it complained about. */
	readonly complaint: string;
}

/** systemctl(1) for one scope. */
export class Systemctl {
	readonly #scope: 'system' | 'user';
	readonly #env: NodeJS.ProcessEnv;

	constructor(scope: 'system' | 'user', env: NodeJS.ProcessEnv) {
		this.#scope = scope;
		this.#env = env;
	}

	/** The words that a person types for the same. */
	words(...words: readonly string[]): string {
		return ['systemctl', ...(this.#scope === 'user' ? ['--user'] : []), ...words].join(' ');
	}

	/** Rejects with a `UserError` where there is no systemctl. */
	run(...words: readonly string[]): Promise<SystemctlAnswer> {
		const args = [...(this.#scope === 'user' ? ['--user'] : []), '--no-pager', ...words];
		return new Promise((resolve, reject) => {
			execFile(
				'systemctl',
				args,
				{env: this.#env, timeout: patience, encoding: 'utf8'},
				(error, stdout, stderr) => {
					if (error?.code === 'ENOENT') {
						return reject(
							new UserError(
								'no-systemd',
								'there is no systemctl: systemd does not run services here. Have what does run: tortui engine (the unit, to read: tortui service install --print)',
							),
						);
					}
					const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
					const complaint = stderr.split('\n').find(line => line.trim() !== '') ?? '';
					resolve({status, stdout: stdout.trim(), complaint: complaint.trim()});
				},
			);
		});
	}
}
