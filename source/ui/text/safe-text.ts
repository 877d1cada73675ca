const unsafe = /\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}|[\u{FFF9}-\u{FFFB}]/gu;
const skinTones = /[\u{1F3FB}-\u{1F3FF}]/gu;
const regionalIndicators = /[\u{1F1E6}-\u{1F1FF}]/gu;
const stackedMarks = /(\p{M}{3})\p{M}+/gu;
const printableAscii = /^[ -~]*$/;

/**
 * Makes text from the network fit for a terminal: no control or escape characters, no bidi overrides, no joiners,
 * variation selectors or skin tones (terminals disagree about their width), at most three marks on one letter.
 */
export function safeText(text: string): string {
	if (printableAscii.test(text)) return text;
	return text
		.replace(/[\t\n\r\u2028\u2029]+/g, ' ')
		.replace(unsafe, '')
		.replace(skinTones, '')
		.replace(regionalIndicators, flag => String.fromCodePoint((flag.codePointAt(0) ?? 0) - 0x1f1e6 + 65))
		.replace(stackedMarks, '$1');
}
