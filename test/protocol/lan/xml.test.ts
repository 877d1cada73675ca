import assert from 'node:assert/strict';
import {test} from 'node:test';
import {everyElement, parseXml} from '../../../source/protocol/lan/xml.ts';

test('elements, text, comments, data and names of spaces are read', () => {
	const root = parseXml(
		'\uFEFF<?xml version="1.0"?>\n<!-- a - comment? -->' +
			'<s:root xmlns:s="urn:x" a=\'b>c\'>\n <one/> text &lt;&amp;&unknown;<![CDATA[<raw>&amp;]]> <two >2</two></s:root>\n',
	);
	assert.equal(root.name, 'root');
	assert.equal(root.text, 'text <&&unknown;<raw>&amp;');
	assert.deepEqual(root.children, [
		{name: 'one', text: '', children: []},
		{name: 'two', text: '2', children: []},
	]);
	assert.deepEqual(
		[...everyElement(root, 'two')].map(({text}) => text),
		['2'],
	);
});

const refused: ReadonlyArray<readonly [string, string]> = [
	['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
	['two roots', '<a/><b/>'],
	['an end of another', '<a></b>'],
	['an end of nothing', '</a>'],
	['text beside the root', 'x<a/>'],
	['what breaks off', '<a><b></b>'],
	['a tag that breaks off', '<a'],
	['a comment that breaks off', '<a/><!-- '],
	['nothing', ''],
	['an attribute without its value', '<a b></a>'],
	['elements too deep', `${'<a>'.repeat(33)}${'</a>'.repeat(33)}`],
	['too many elements', `<a>${'<b/>'.repeat(2000)}</a>`],
	['too many characters', `<a>${' '.repeat(100_000)}</a>`],
];
for (const [what, text] of refused) {
	test(`${what} is refused`, () => {
		assert.throws(() => parseXml(text), {name: 'ProtocolError'});
	});
}

test('the most that is allowed is read', () => {
	parseXml(`${'<a>'.repeat(32)}${'</a>'.repeat(32)}`);
	parseXml(`<a>${'<b/>'.repeat(1999)}</a>`);
});

test('what is made to take long to read does not', () => {
	const begun = process.cpuUsage().user;
	for (const part of [' ', '<', '<a ', '<!--', '<![CDATA[', '<?', 'a="', "<a b=''", ']', '-', '&']) {
		for (const before of ['<a ', '<a>', '<!--', '<![CDATA[', '<?', '']) {
			assert.throws(() => parseXml(before + part.repeat(90_000 / part.length)));
		}
	}
	// 66 texts of 90 kB: what is quadratic takes minutes.
	assert.ok(process.cpuUsage().user - begun < 10_000_000);
});
