/** From U+00A0 on, in order, as HTML names them. */
const latin =
	'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';

/** What needs no declaration: the five of XML, and those of HTML that stand in feeds all the same. */
const known: ReadonlyMap<string, string> = new Map([
	...Object.entries({lt: '<', gt: '>', amp: '&', quot: '"', apos: "'"}),
	...latin.split(' ').map((name, index): [string, string] => [name, String.fromCharCode(160 + index)]),
	...Object.entries({
		ndash: '\u2013',
		mdash: '\u2014',
		lsquo: '\u2018',
		rsquo: '\u2019',
		sbquo: '\u201A',
		ldquo: '\u201C',
		rdquo: '\u201D',
		bdquo: '\u201E',
		bull: '\u2022',
		hellip: '\u2026',
		euro: '\u20AC',
		trade: '\u2122',
	}),
]);

/** Longer than any that is known. */
export const longestEntity = 12;

/** The text that references stand for, once: what comes of one is not read again, and those that mean nothing stay. */
export function resolveEntities(text: string): string {
	if (!text.includes('&')) return text;
	return text.replace(
		/&(?:#(\d{1,8})|#x([\da-f]{1,7})|([a-z][a-z\d]{1,9}));/gi,
		(whole: string, decimal?: string, hex?: string, name?: string) => {
			if (name !== undefined) return known.get(name) ?? known.get(name.toLowerCase()) ?? whole;
			const point = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
			const isCharacter = point > 0 && point <= 0x10_ff_ff && (point < 0xd8_00 || point > 0xdf_ff);
			return isCharacter ? String.fromCodePoint(point) : whole;
		},
	);
}
