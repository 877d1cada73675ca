import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.ts';
import {resolveEntities} from '../../../source/protocol/feed/entities.ts';
import {MarkupScanner} from '../../../source/protocol/feed/markup-scanner.ts';

/** What is found, in one line: `a{x=1}` opens, `/a` closes, text stands in quotes. */
function scan(text: string, part = Math.max(1, text.length)): string {
	const found: string[] = [];
	let run = '';
	const flush = (): void => {
		if (run !== '') found.push(JSON.stringify(run));
		run = '';
	};
	const scanner = new MarkupScanner({
		open(tag, attributes) {
			flush();
			const said = Object.entries(attributes).map(([name, value]) => `${name}=${value}`);
			found.push(said.length === 0 ? tag : `${tag}{${said.join(' ')}}`);
		},
		close(tag) {
			flush();
			found.push(`/${tag}`);
		},
		text: more => {
			run += more;
		},
		doctype(inside) {
			flush();
			found.push(`!${inside.trim()}`);
		},
	});
	for (let at = 0; at < text.length; at += part) scanner.push(text.slice(at, at + part));
	scanner.end();
	flush();
	return found.join(' ');
}

const cases = [
	['<a>x</a>', 'a "x" /a'],
	['<?xml version="1.0"?><a/>', 'a /a'],
	['<a b="1" C=\'2\' d=3 e f = "g h"/>', 'a{b=1 c=2 d=3 e= f=g h} /a'],
	['<a b="x>y" c="<z>"/>', 'a{b=x>y c=<z>} /a'],
	['<a:B xml:Base="u">t</A:b>', 'a:b{xml:base=u} "t" /a:b'],
	['<a><!-- <b> -- > --><![CDATA[<c>&amp;]]]]></a>', 'a "<c>&amp;]]" /a'],
	['<a>1 < 2 & 3 > 2</a>', 'a "1 < 2 & 3 > 2" /a'],
	['<a>x <b <c>y</c></a>', 'a "x <b " c "y" /c /a'],
	['<a href=http://h/?x=1&y=2>t</a>', 'a{href=http://h/?x=1&y=2} "t" /a'],
	['<!DOCTYPE a><a/>', '!a a /a'],
	['<!ELEMENT x><a/>', 'a /a'],
	[
		'<a>&lt;b&gt; &amp;amp; &#65;&#x42; &eacute;&nbsp;&none; &#0;&#xd800;</a>',
		'a "<b> &amp; AB é\u00a0&none; &#0;&#xd800;" /a',
	],
	['<>', '"<>"'],
	['text only &am', '"text only &am"'],
	['<a', '"<a"'],
] as const;

test('tags, text, and what is skipped or taken as it is', () => {
	for (const [text, found] of cases) assert.equal(scan(text), found, text);
});

test('parts may be cut anywhere', () => {
	for (const [text] of cases) {
		if (text.startsWith('<!DOCTYPE')) continue;
		for (const part of [1, 2, 3, 5]) assert.equal(scan(text, part), scan(text), `${text} by ${part}`);
	}
});

test('an entity is read once, and none is declared', () => {
	assert.equal(
		resolveEntities('&amp;lt; &AMP; &Eacute; &eacute; &constructor; &__proto__;'),
		'&lt; & É é &constructor; &__proto__;',
	);
});

test('what does not end is an error before it takes room, and nothing takes more than its length', () => {
	for (const begun of ['<a b="', '<a b', '<!DOCTYPE [', '<!x '])
		assert.throws(
			() => {
				const scanner = new MarkupScanner({open() {}, close() {}, text() {}, doctype() {}});
				for (let at = 0; at < 100; at++) scanner.push(at === 0 ? begun : 'x'.repeat(1000));
			},
			ProtocolError,
			begun,
		);
	const before = process.cpuUsage().user;
	for (const piece of ['<', '<a ', '<a "', '<a "\'', '<a \'<b "', '&', '<!--', ']]>', '<![CDATA[', '<a b=c '])
		try {
			scan(piece.repeat(Math.ceil(1_000_000 / piece.length)), 32_768);
		} catch (error) {
			assert.ok(error instanceof ProtocolError, piece);
		}
	// Far more than it takes; what grows with the square of the length takes hours.
	assert.ok(process.cpuUsage().user - before < 20_000_000);
});
