import assert from 'node:assert/strict';
import {test} from 'node:test';
import {nameFromBytes, nameToBytes} from '../../../source/protocol/metainfo/name-bytes.js';
import {
	formerPathElement,
	isOddName,
	sanitizeName,
	sanitizePathElement,
	writtenPathElement,
} from '../../../source/protocol/metainfo/sanitize-path.js';

const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const element = (text: string): string => sanitizePathElement(new Uint8Array(Buffer.from(text)));

const cases: ReadonlyArray<readonly [what: string, from: string, to: string]> = [
	['a plain name stays', 'Some File (2024).mkv', 'Some File (2024).mkv'],
	['letters of all languages stay', 'Ünï 日本語 😀.txt', 'Ünï 日本語 😀.txt'],
	['slashes go', 'a/b', 'ab'],
	['backslashes go', '..\\..\\x', '....x'],
	['an absolute path becomes a name', '/etc/passwd', 'etcpasswd'],
	['controls become _', 'a\u0000b\nc\u001b[31m\u007f\u0085', 'a_b_c_[31m__'],
	['turned-around text is turned back', 'photo\u202egpj.exe', 'photogpj.exe'],
	['zero-width characters go', 'a\u200bb\ufeffc\u2060', 'abc'],
	['direction marks go', 'a\u200eb\u200fc\u061cd', 'abcd'],
	['the half-space of Persian stays', 'می\u200cخواهم.mkv', 'می\u200cخواهم.mkv'],
	['conjuncts of Indic scripts stay', 'ശ്രീ\u200d ക്\u200dഷ.mp3', 'ശ്രീ\u200d ക്\u200dഷ.mp3'],
	['families of emoji stay together', '👩\u200d👩\u200d👧.png', '👩\u200d👩\u200d👧.png'],
	['nothing becomes _', '', '_'],
	['joiners that join nothing become _', '\u200c\u200d', '_'],
	['dots with nothing but joiners become _', '.\u200d.', '_'],
	['one dot becomes _', '.', '_'],
	['two dots become _', '..', '_'],
	['many dots become _', '.....', '_'],
	['what is dots once cleaned becomes _', '.\u200b/.', '_'],
	['nothing once cleaned becomes _', '//\u200b', '_'],
];

for (const [what, from, to] of cases) {
	test(what, () => assert.equal(element(from), to));
}

test('bytes that are not UTF-8 become _', () => {
	assert.equal(sanitizePathElement(Uint8Array.of(0x61, 0xff, 0x62)), 'a_b');
	assert.equal(sanitizePathElement(Uint8Array.of(0xc0, 0xaf)), '__');
	assert.equal(sanitizePathElement(Uint8Array.of(0xed, 0xa0, 0x80)), '___');
});

test('names keep all that a disk takes, 255 bytes, and beyond that their extension', () => {
	const whole = `${'a'.repeat(251)}.mkv`;
	assert.equal(element(whole), whole);
	const wideWhole = `${'日'.repeat(83)}.mkv12`;
	assert.equal(element(wideWhole), wideWhole);
	const cut = element(`${'a'.repeat(300)}.torrent`);
	assert.equal(cut.length, 255);
	assert.ok(cut.endsWith('a.torrent'));
	const wide = element(`${'日'.repeat(100)}.mkv`);
	assert.equal(wide, `${'日'.repeat(83)}.mkv`);
	const noExtension = element(`${'a'.repeat(200)}.${'b'.repeat(200)}`);
	assert.equal(noExtension.length, 255);
});

test('earlier versions cut names to 240 bytes and took joiners out of them', () => {
	const former = (text: string): string => formerPathElement(utf8(text));
	assert.equal(former(`${'a'.repeat(300)}.torrent`).length, 240);
	assert.equal(former(`${'日'.repeat(100)}.mkv`), `${'日'.repeat(78)}.mkv`);
	assert.equal(former('می\u200cخواهم\u200b'), 'میخواهم');
	assert.equal(former('\u200d'), '_');
});

test('a name as the torrent has it is one that a disk can have, or the sanitised one', () => {
	for (const name of ['a\\b', 'a\nb', 'photo\u202egpj.exe', '\u200d', 'plain'])
		assert.equal(writtenPathElement(utf8(name)), name);
	for (const name of ['', '.', '..', 'a/b', 'a\0b', 'x'.repeat(256)])
		assert.equal(writtenPathElement(utf8(name)), element(name));
	assert.equal(writtenPathElement(Uint8Array.of(0x61, 0xff)), 'a\udcff');
});

test('a name is odd when it may be another one on a disk', () => {
	for (const name of ['plain', 'Ünï 日本語 😀.txt', 'x'.repeat(240)])
		assert.equal(isOddName(utf8(name)), false, name);
	for (const name of ['a\\b', 'a\tb', 'a\u200db', 'x'.repeat(241), '..', '日'.repeat(81)])
		assert.equal(isOddName(utf8(name)), true, name);
	assert.equal(isOddName(Uint8Array.of(0x61, 0xff)), true);
});

test('names of any bytes come back from their text, and no two have the same', () => {
	const seen = new Map<string, string>();
	let state = 7;
	for (let round = 0; round < 20_000; round++) {
		const bytes = Uint8Array.from({length: round % 7}, () => {
			state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
			const pick = state >>> 16;
			// Much of what begins, goes on and breaks sequences.
			return [0x61, 0x80 + (pick & 63), 0xc0 + (pick & 31), 0xe0 + (pick & 15), 0xf0 + (pick & 15)][
				pick % 5
			]!;
		});
		const name = nameFromBytes(bytes);
		assert.deepEqual(nameToBytes(name), bytes);
		const hex = Buffer.from(bytes).toString('hex');
		assert.equal(seen.get(name) ?? hex, hex);
		seen.set(name, hex);
	}
	assert.equal(nameFromBytes(utf8('Ünï\ufeff😀')), 'Ünï\ufeff😀');
});

test('a name of which nothing is left is empty', () => {
	assert.equal(sanitizeName(new Uint8Array(Buffer.from('/\\'))), '');
});
