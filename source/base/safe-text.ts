// Controls, what is not UTF-8, and half surrogates.
const unprintable = /[\p{Cc}\p{Cs}\ufffd\u2028\u2029]+/gu;
// Direction marks, zero-width characters, joiners and tags: they change what a reader sees around them.
const invisible = /[\p{Cf}\u115f\u1160\u3164\uffa0]+/gu;

// Words of ASCII with single spaces between them: nothing is to be done with these.
const plain = /^[!-~]+(?: [!-~]+)*$/;

/**
 * Makes a stranger's text fit for one line of a log or a report: no controls, nothing invisible, no two spaces in a row,
 * no longer than `maximum` characters.
 */
export function safeText(text: string, maximum = 200): string {
	// Nearly all lines are plain, and there may be many a second.
	if (text.length <= maximum && plain.test(text)) return text;
	const clean = text
		// Bounds the work, whatever came.
		.slice(0, maximum * 8)
		.replace(invisible, '')
		.replace(unprintable, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	const characters = [...clean];
	return characters.length <= maximum ? clean : `${characters.slice(0, maximum - 1).join('')}…`;
}

const unsafe = /\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}|[\u{FFF9}-\u{FFFB}]/gu;
const skinTones = /[\u{1F3FB}-\u{1F3FF}]/gu;
const regionalIndicators = /[\u{1F1E6}-\u{1F1FF}]/gu;
// Where there is no letter a terminal puts them on what it drew before, or on nothing.
const looseMarks = /(^|\p{Z})\p{M}+/gu;
const stackedMarks = /(\p{M}{3})\p{M}+/gu;
const printableAscii = /^[ -~]*$/;

/**
 * Makes a stranger's text fit for the cells of a screen, however long: no control or escape characters, no bidi
 * overrides, no joiners, variation selectors or skin tones (terminals disagree about their width), at most three marks on
 * one letter and none on nothing.
 */
export function terminalText(text: string): string {
	if (printableAscii.test(text)) return text;
	return text
		.replace(/[\t\n\r\u2028\u2029]+/g, ' ')
		.replace(unsafe, '')
		.replace(skinTones, '')
		.replace(regionalIndicators, flag => String.fromCodePoint((flag.codePointAt(0) ?? 0) - 0x1f1e6 + 65))
		.replace(looseMarks, '$1')
		.replace(stackedMarks, '$1');
}

// Blanks, marks on nothing, and the letter of braille that has no dot: cells in which there is nothing.
const seen = /[^\p{Z}\p{M}\u2800]/u;
const asciiSeen = /^[ -~]*[!-~][ -~]*$/;
const mostEscaped = 8;

/**
 * A stranger's name for the cells of a screen: as `terminalText`, and one of which nothing would be seen (blanks, controls,
 * invisible characters) in quotes, what is not a plain space by its code point: `"   "`, `"\u{200b}"`. What has no name at
 * all stays empty.
 */
export function nameText(name: string): string {
	if (asciiSeen.test(name)) return name;
	const text = terminalText(name);
	if (name === '' || seen.test(text)) return text;
	const characters = [...name];
	const shown = characters
		.slice(0, mostEscaped)
		.map(part => (part === ' ' ? part : `\\u{${part.codePointAt(0)!.toString(16)}}`))
		.join('');
	return `"${shown}${characters.length > mostEscaped ? '...' : ''}"`;
}
