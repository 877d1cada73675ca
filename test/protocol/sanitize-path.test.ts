import assert from 'node:assert/strict';
import {test} from 'node:test';
import {sanitizeName, sanitizePathElement} from '../../source/protocol/sanitize-path.js';

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
	['nothing becomes _', '', '_'],
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

test('long names keep 240 bytes and their extension', () => {
	const cut = element(`${'a'.repeat(300)}.torrent`);
	assert.equal(cut.length, 240);
	assert.ok(cut.endsWith('a.torrent'));
	const wide = element(`${'日'.repeat(100)}.mkv`);
	assert.ok(Buffer.byteLength(wide) <= 240);
	assert.ok(wide.endsWith('日.mkv'));
	const noExtension = element(`${'a'.repeat(200)}.${'b'.repeat(200)}`);
	assert.equal(noExtension.length, 240);
});

test('a name of which nothing is left is empty', () => {
	assert.equal(sanitizeName(new Uint8Array(Buffer.from('/\\'))), '');
});
