import {createSecureContext, type SecureContext} from 'node:tls';
import {UserError} from '../../base/errors.js';
import {readRegularFile} from '../../io/files/regular-file.js';

const ceiling = 1 << 20;

/** The certificate and key of an HTTPS server, from files that are read anew when somebody has renewed them. */
export class TlsFiles {
	readonly #cert: string;
	readonly #key: string;
	#context: SecureContext | undefined;

	/** Absolute paths of PEM files. */
	constructor(cert: string, key: string) {
		this.#cert = cert;
		this.#key = key;
	}

	/** What new connections are made with; undefined before the first load. */
	get context(): SecureContext | undefined {
		return this.#context;
	}

	/** Reads both. Rejects with a UserError that says what is wrong with which, and keeps what it had. */
	async load(): Promise<void> {
		const [cert, key] = await Promise.all([read('--cert', this.#cert), read('--key', this.#key)]);
		try {
			createSecureContext({cert});
		} catch {
			throw new UserError('bad-certificate', `${this.#cert} is not a certificate in PEM`);
		}
		try {
			createSecureContext({key});
		} catch (error) {
			const isLocked = /passphrase|password|interrupted|bad decrypt/i.test((error as Error).message);
			throw new UserError(
				'bad-key',
				isLocked
					? `${this.#key} has a passphrase: write it without one, readable for this user only`
					: `${this.#key} is not a private key in PEM`,
			);
		}
		try {
			this.#context = createSecureContext({cert, key, minVersion: 'TLSv1.2'});
		} catch {
			throw new UserError('bad-key', `${this.#key} is not the key of ${this.#cert}`);
		}
	}
}

async function read(option: string, path: string): Promise<Buffer> {
	try {
		return Buffer.from(await readRegularFile(path, ceiling));
	} catch (error) {
		throw new UserError('tls-file', `${option}: ${(error as Error).message}`);
	}
}
