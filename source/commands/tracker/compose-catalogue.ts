import {UserError} from '../../base/errors.js';
import type {Clock, LogLevel} from '../../base/ports.js';
import {readRegularFileNow} from '../../io/files/regular-file.js';
import {typedPath} from '../../io/files/typed-path.js';
import {Catalogue} from '../../tracker/catalogue/catalogue.js';
import type {CatalogueTokens} from '../../tracker/catalogue/catalogue-access.js';
import type {TrackerServer} from '../../tracker/tracker-server.js';

const longestFile = 4096;

/** `TOKEN` for both, `publish:TOKEN`, `search:TOKEN`; `@FILE` for TOKEN has it read from a file. */
export function readTokens(values: readonly string[]): CatalogueTokens {
	const tokens: {publish?: string; search?: string} = {};
	for (const value of values) {
		const [, what, written = ''] = /^(?:(publish|search):)?(.*)$/s.exec(value.trim()) ?? [];
		const token = written.startsWith('@') ? tokenIn(written.slice(1)) : written;
		if (!/^[!-~]{4,200}$/.test(token))
			throw new UserError(
				'bad-token',
				'--catalogue-token: a token has 4 to 200 letters, digits and signs, without spaces',
				2,
			);
		if (what !== 'search') tokens.publish = token;
		if (what !== 'publish') tokens.search = token;
	}
	return tokens;
}

function tokenIn(path: string): string {
	try {
		return new TextDecoder().decode(readRegularFileNow(typedPath(path), longestFile)).trim();
	} catch (error) {
		throw new UserError('bad-token', `--catalogue-token: cannot read ${path}: ${(error as Error).message}`);
	}
}

/** Gives a tracker a catalogue, with what an earlier run has left of it; to be called before it starts. */
export async function addCatalogue(
	server: TrackerServer,
	options: {
		readonly clock: Clock;
		/** Absolute; undefined when nothing is kept. */
		readonly dir: string | undefined;
		readonly tokens: CatalogueTokens;
		readonly log: (level: LogLevel, text: string) => void;
	},
): Promise<Catalogue> {
	const catalogue = new Catalogue(server.service, options);
	await catalogue.open();
	server.add(catalogue);
	return catalogue;
}
