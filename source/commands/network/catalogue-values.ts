import {UserError} from '../../base/errors.js';
import {catalogueAddress} from '../../protocol/catalogue/catalogue-url.js';
import {asNick, nickRule} from '../../protocol/catalogue/nick.js';

/** The URL of a tracker with a catalogue, kept as it was written; a token may stand before the host. */
export function catalogueUrl(value: string, where: string): string {
	const text = value.trim();
	if (catalogueAddress(text) !== undefined) return text;
	throw new UserError(
		'bad-value',
		`${where}: ${JSON.stringify(value)} is not a tracker's URL such as http://HOST:6969`,
		2,
	);
}

/** A nickname in its usual form. */
export function nickname(value: string, where: string): string {
	const nick = asNick(value);
	if (nick !== undefined) return nick;
	throw new UserError('bad-value', `${where}: ${JSON.stringify(value)}: ${nickRule}`, 2);
}
