import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	changeConfigText,
	linesOfNames,
	readConfigText,
} from '../../../source/commands/arguments/config-text.ts';

const commented = `// Of the server.
{
	// Not more than the line takes.
	"max-upload": "2M", // bytes a second
	/* "port": 1, */
	"bind": ["192.0.2.1"], "name": "here",
	"dir": "~/films" // with a // in it
}
`;

test('a config file may hold comments, and a comma after the last of a list', () => {
	const {value} = readConfigText('{"a": [1, 2,], // one\n /* two */ "b": "// three",\n}') as {value: unknown};
	assert.deepEqual(value, {a: [1, 2], b: '// three'});
});

test('what cannot be read is told with the line on which something is missing or wrong', () => {
	for (const [text, line, fault] of [
		['{\n\n"a": 1\n"b": 2}', 4, 'a comma is missing before it'],
		['{\n"a": [1,\n 2', 3, 'a ] is missing'],
		['{\n"a": 1\n\n', 2, 'a } is missing'],
		['{"a": "b', 1, 'a text has no end'],
		['{\n"a":\n}', 2, 'a value is missing'],
		['{\n"a" 1}', 2, 'a colon is missing after the name'],
		['{\na: 1}', 2, 'a word that is no value; texts stand in quotation marks'],
		['{}\n{}', 2, 'something stands after the end'],
		['{\n/* never\nended', 2, 'a comment has no end'],
		['['.repeat(100_000), 1, 'too many things within each other'],
	] as const)
		assert.deepEqual(readConfigText(text), {fault, line}, text.slice(0, 40));
});

test('lines are of the names of the outermost object, those in comments and texts are none', () => {
	assert.deepEqual(
		[
			...linesOfNames(
				`${commented.slice(0, -2)},\n"keys": {\n"port": ["port\\": {"]},\n"port": 1, "port": 2}`,
			),
		],
		[
			['max-upload', [4]],
			['bind', [6]],
			['name', [6]],
			['dir', [7]],
			['keys', [9]],
			['port', [11, 11]],
		],
	);
});

test('a setting that is changed keeps its place, and everything else is as it was, byte for byte', () => {
	assert.equal(
		changeConfigText(commented, {'max-upload': 300, bind: ['::1', '192.0.2.1']}),
		commented.replace('"2M"', '300').replace('["192.0.2.1"]', '[\n\t\t"::1",\n\t\t"192.0.2.1"\n\t]'),
	);
});

test('a new setting comes behind the others, after their comments', () => {
	assert.equal(
		changeConfigText(commented, {port: 7000}),
		commented.replace('"~/films" // with a // in it\n', '"~/films", // with a // in it\n\t"port": 7000\n'),
	);
	assert.equal(changeConfigText('{\n  "a": 1,\n}', {b: 2}), '{\n  "a": 1,\n  "b": 2,\n}');
	assert.equal(changeConfigText('{"a": 1}', {b: 2}), '{"a": 1, "b": 2}');
	assert.equal(changeConfigText('{\r\n "a": 1\r\n}', {b: 2}), '{\r\n "a": 1,\r\n "b": 2\r\n}');
	assert.equal(changeConfigText('{\n// nothing yet\n}', {b: 2}), '{\n// nothing yet\n\t"b": 2\n}');
	assert.equal(changeConfigText(undefined, {b: {c: 1}}), '{\n\t"b": {\n\t\t"c": 1\n\t}\n}\n');
});

test('a setting that is taken out takes its line along, or its part of one', () => {
	assert.equal(changeConfigText(commented, {name: undefined}), commented.replace(' "name": "here",', ''));
	assert.equal(
		changeConfigText(commented, {bind: undefined}),
		commented.replace('"bind": ["192.0.2.1"], ', ''),
	);
	assert.equal(changeConfigText('{\n\t"a": 1,\n\t"b": 2\n}', {a: undefined}), '{\n\t"b": 2\n}');
	assert.equal(changeConfigText('{"a": 1}', {a: undefined}), '{}');
	assert.equal(changeConfigText('{\n\t"a": 1, // x\n\t"b": 2\n}', {b: undefined}), '{\n\t"a": 1 // x\n}');
	assert.equal(changeConfigText('{"a": 1, "b": 2,}', {b: undefined}), '{"a": 1, }');
	assert.deepEqual(readConfigText(changeConfigText(commented, {dir: undefined, 'max-upload': undefined})), {
		value: {bind: ['192.0.2.1'], name: 'here'},
	});
});

test('of a setting that is there twice one is left when it is changed, and none when it is taken out', () => {
	const twice = '{\n\t"a": 1,\n\t"b": 2,\n\t"a": 3\n}';
	assert.equal(changeConfigText(twice, {a: 4}), '{\n\t"b": 2,\n\t"a": 4\n}');
	assert.deepEqual(readConfigText(changeConfigText(twice, {a: undefined})), {value: {b: 2}});
});

test('whatever was changed can be read, and holds what was asked for', () => {
	const texts = [
		commented,
		'{}',
		'{ /* a */ }',
		'{"a": {"b": 1}, "c": [1,],}',
		'{\n"a":\n1\n,\n"c": 2 // x\n}',
	];
	for (const text of texts)
		for (const changes of [
			{a: 5},
			{c: undefined},
			{a: undefined, d: [1, {e: 2}]},
			{dir: 'x', name: undefined},
		]) {
			const before = (readConfigText(text) as {value: object}).value;
			const wanted = Object.entries({...before, ...changes}).filter(([, value]) => value !== undefined);
			const {value} = readConfigText(changeConfigText(text, changes)) as {value: unknown};
			assert.deepEqual(value, Object.fromEntries(wanted), `${text} ${JSON.stringify(changes)}`);
		}
});
