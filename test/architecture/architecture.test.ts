import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {test} from 'node:test';
import {brokenRules, importsOf} from './floors.ts';

const source = resolve(import.meta.dirname, '../../source');

test('imports only point down, pure rooms only compute, only cli.tsx exits', () => {
	const files = globSync('**/*.{ts,tsx}', {cwd: source}).sort();
	assert.ok(files.length > 0, 'source/ has no files');
	const sentences = files.flatMap(file =>
		brokenRules(file.replaceAll('\\', '/'), readFileSync(join(source, file), 'utf8')),
	);
	assert.equal(sentences.join('\n'), '');
});

test('every way to import is seen', () => {
	const text = [
		"import {a, type B} from '../base/a.js';",
		"import type C from '../base/c.js';",
		'import "./side-effect.js";',
		"export * from './e.js';",
		"export {\n\tf,\n} from './f.js';",
		"const g = await import('./g.js');",
		"type H = import('./h.js').H;",
		"const i = require('node:fs');",
		"// import './not.js'",
		'const text = \'import x from "./neither.js"\';',
	].join('\n');
	assert.deepEqual(
		importsOf(text).map(({specifier}) => specifier),
		['../base/a.js', '../base/c.js', './side-effect.js', './e.js', './f.js', './g.js', './h.js', 'node:fs'],
	);
});

const verdicts: ReadonlyArray<readonly [path: string, text: string, broken: RegExp | undefined]> = [
	['base/a.ts', "import {b} from './b.js';", undefined],
	['base/a.ts', "import {b} from '../api/b.js';", /:1: base may not import from api/],
	['protocol/a.ts', "\nimport type {Socket} from 'node:net';", /a\.ts:2: protocol may not import from node:/],
	['policy/a.ts', "import {b} from '../io/b.js';", /policy may not import from io/],
	['policy/a.ts', "import {b} from '../api/b.js';", /policy may not import from api/],
	['policy/a.ts', 'const now = Date.now();', /may not use Date\.now: it takes the time/],
	['policy/a.ts', '// Date.now() is what the caller uses', undefined],
	['policy/a.ts', "throw new Error('Math.random');", undefined],
	['policy/a.ts', `const text = \`at \${Math.random()}\`;`, /may not use Math\.random/],
	['api/a.ts', "const path = process.env['HOME'];", /may not use process\./],
	['protocol/a.ts', 'const bytes = Buffer.alloc(3);', /may not use Buffer/],
	['protocol/a.ts', 'const stop = /[/"\'`]/; const now = Date.now();', /may not use Date\.now/],
	['io/a.ts', "import {b} from '../engine/b.js';", /io may not import from engine/],
	['engine/a.ts', "import {b} from '../ui/b.js';", /engine may not import from ui/],
	['engine/a.ts', "import {readFile} from 'node:fs/promises';", /engine may not import from node:/],
	['ui/a.tsx', "import {Text} from 'ink';", undefined],
	['ui/a.tsx', "import fs from 'node:fs';", /ui may not import from node:/],
	['ui/panes/a.tsx', "import {b} from '../../protocol/b.js';", /ui may not import from protocol/],
	['bridge/a.ts', "import {b} from '../engine/b.js';", /bridge may not import from engine/],
	['bridge/a.ts', "import meow from 'meow';", /bridge may not import the package meow/],
	['commands/a.ts', 'process.exit(1);', /only cli\.tsx exits/],
	['cli.tsx', 'process.exit(1);', undefined],
	['cli.tsx', "import {b} from './engine/b.js';", /cli may not import from engine/],
	['io/net/a.ts', "const {createSocket} = await import('node:dgram');", undefined],
	['tracker/a.ts', "import net from 'node:net';", undefined],
	['bridge/socket/a.ts', "import type {Socket} from 'node:net';", undefined],
	['bridge/rpc/a.ts', "import {createServer} from 'node:http';", /only io\/net\/, .* may open sockets/],
	['creator/a.ts', "import {lookup} from 'node:dns/promises';", /may open sockets, here node:dns/],
	['io/lan/a.ts', "const a = await import('node:dgram');", /may open sockets, here node:dgram/],
	['commands/a.ts', "import {isIP} from 'node:net';", /may open sockets, here node:net/],
	[
		'commands/a.ts',
		"const net = createRequire(import.meta.url)('node:net');",
		/may open sockets, here node:net/,
	],
	['commands/a.ts', 'const answer = await fetch(url);', /only io\/net\/ speaks to other machines/],
	['commands/a.ts', 'const used = connection.fetch(grant);', undefined],
	['creator/a.ts', "import {networkInterfaces} from 'node:os';", undefined],
	['attic/a.ts', '', /is in no room/],
];

for (const [path, text, broken] of verdicts) {
	test(`the rules ${broken ? 'forbid' : 'allow'} ${JSON.stringify(text)} in ${path}`, () => {
		const sentences = brokenRules(path, text);
		if (broken) assert.match(sentences.join('\n'), broken);
		else assert.deepEqual(sentences, []);
	});
}
