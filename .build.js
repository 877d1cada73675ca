// Bundles source/ and the packages it uses into dist/: a program in a handful of files starts in half the time of one in
// two hundred, and whoever installs it runs what was tested, not what a package has become since. What every command
// needs is CommonJS, which Node loads quickest; the screen is a module, as Ink is.
import {spawnSync} from 'node:child_process';
import {mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {basename, dirname} from 'node:path';
import process from 'node:process';
import {gzipSync} from 'node:zlib';
import {build} from 'esbuild';

const out = 'dist';
const {engines} = JSON.parse(await readFile('package.json', 'utf8'));
const oldest = engines.node.replace('>=', '');

/** What is drawn with Ink is loaded when it is drawn, and what keys do when somebody asks for it. */
const screenFiles = /\/ui\/(?:screen\/screen|keys\/key-table|widgets\/table-text)\.js$/;

const apart = {
	name: 'apart',
	setup({onResolve}) {
		onResolve({filter: screenFiles}, ({path, kind}) =>
			kind === 'dynamic-import' ? {path: `./${basename(path, '.js')}.mjs`, external: true} : undefined,
		);
		onResolve({filter: /\/commands\/arguments\/dispatch\.js$/}, () => ({
			path: './dispatch.js',
			external: true,
		}));
		// Of Node's own only what is used is loaded.
		onResolve({filter: /^(?:node:|(?:fs|path|url|util)$)/}, ({path}) => ({
			path,
			external: true,
			sideEffects: false,
		}));
	},
};

/**
 * What Node.js has in files of its own, and does not load by itself: a seventh of a start is loading them, https for one
 * reads all certificates. Each is loaded when something of it is used.
 */
const lateModules = [
	...[
		'child_process',
		'crypto',
		'dgram',
		'dns',
		'dns/promises',
		'fs/promises',
		'http',
		'https',
		'inspector',
		'net',
	],
	...[
		'perf_hooks',
		'readline',
		'readline/promises',
		'stream/promises',
		'timers/promises',
		'tls',
		'tty',
		'util',
	],
	...['v8', 'vm', 'worker_threads', 'zlib'],
];
const lateNodes = {
	name: 'late-nodes',
	setup({onResolve, onLoad}) {
		onResolve({filter: new RegExp(`^(?:node:)?(?:${lateModules.join('|')})$`)}, ({path, namespace}) =>
			namespace === 'late'
				? undefined
				: {path: path.replace('node:', ''), namespace: 'late', sideEffects: false},
		);
		onLoad({filter: /./, namespace: 'late'}, ({path}) => ({
			contents: `
				for (const name of ${JSON.stringify(Object.keys(createRequire(import.meta.url)(path)))})
					Object.defineProperty(exports, name, {enumerable: true, get: () => require('node:${path}')[name]});
			`,
		}));
	},
};

/**
 * meow carries a reader of package.json that makes its tables when it is loaded, a tenth of the time to start. Nothing
 * here asks for it: it is made when somebody does.
 */
const lateTables = {
	name: 'late-tables',
	setup({onLoad}) {
		onLoad({filter: /meow\/build\/dependencies\.js$/}, async ({path}) => ({
			contents: (await readFile(path, 'utf8'))
				.replace(
					/^var normalizeExports = requireNormalize\(\);\nconst normalizePackageData = .*$/m,
					'const normalizePackageData = data => getDefaultExportFromCjs(requireNormalize())(data);',
				)
				.replace(/^promisify\(execFile\);$/m, ''),
		}));
	},
};

/**
 * What packages make when they are loaded and need for text that is not plain alone: segmenters, and the table of all
 * emoji. Either takes as long as half of a start, so they are made when somebody needs them.
 */
const lateSegmenters = {
	name: 'late-segmenters',
	setup({onLoad}) {
		const filter =
			/node_modules\/.*(?:string-width|wrap-ansi|slice-ansi|cli-truncate|ansi-tokenize|ink\/build)\/.*\.js$/;
		onLoad({filter}, async ({path}) => {
			const text = await readFile(path, 'utf8');
			const contents = text
				.replace(
					/^const (\w+) = new Intl\.Segmenter\((.*)\);$/gm,
					'const $1 = {segment(text) { return (this.made ??= new Intl.Segmenter($2)).segment(text); }};',
				)
				.replace(
					/^const (\w+) = (\/\^\\p\{RGI_Emoji\}\$\/v);$/gm,
					'const $1 = {test(text) { return (this.made ??= new RegExp("^\\\\p{RGI_Emoji}$", "v")).test(text); }};',
				);
			return contents === text ? undefined : {contents, loader: 'js'};
		});
	},
};

/** Ink's tool for programmers is no part of what people run. */
const noDevtools = {
	name: 'no-devtools',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^\.\/devtools\.js$/}, ({path}) => ({path, namespace: 'nothing'}));
		onLoad({filter: /./, namespace: 'nothing'}, () => ({contents: ''}));
	},
};

/** ink-table is CommonJS and asks for Ink, which is a module with a top-level await: it is handed what it asks for. */
const inkTable = {
	name: 'ink-table',
	setup({onLoad}) {
		onLoad({filter: /widgets[\\/]ink-table\.ts$/}, async ({path}) => {
			const text = await readFile(createRequire(path).resolve('ink-table'), 'utf8');
			return {
				resolveDir: dirname(path),
				contents: `
					import * as ink from 'ink';
					import * as react from 'react';
					import * as objectHash from 'object-hash';
					const handed = {ink, react, 'object-hash': objectHash};
					const table = {};
					((require, exports) => {${text}\n})(name => handed[name], table);
					export const Table = table.default;
				`,
			};
		});
	},
};

/** What the first of Node.js 20 lack; tsconfig.json lets nothing else of the language be used that they lack. */
const forNode20 = `Promise.withResolvers ??= function () {
	let resolve, reject;
	const promise = new this((...both) => ([resolve, reject] = both));
	return {promise, resolve, reject};
};
URL.parse ??= (...parts) => (URL.canParse(...parts) ? new URL(...parts) : null);`;

/**
 * Stands before all else in the program, in words that a Node.js of any age reads: an old one says what to do instead of
 * what it does not understand.
 */
const ageCheck = `(function (wanted) {
	var is = process.versions.node.split('.');
	if (+is[0] > +wanted[0] || (+is[0] === +wanted[0] && +is[1] >= +wanted[1])) return;
	process.stderr.write('tortui: needs Node.js ' + wanted.join('.') + ' or newer, and ' + process.execPath + ' is ' +
		process.version + ': install a newer one, or put it first in PATH\\n');
	process.exit(1);
})(${JSON.stringify(oldest.split('.').slice(0, 2))});`;

const shared = {
	bundle: true,
	platform: 'node',
	target: `node${oldest}`,
	outdir: out,
	jsx: 'automatic',
	minifySyntax: true,
	minifyWhitespace: true,
	// A third of what is installed, and read at each start, was names.
	minifyIdentifiers: true,
	legalComments: 'none',
	metafile: true,
	logLevel: 'warning',
};
const moduleMeta = "var moduleMeta = {url: require('url').pathToFileURL(__filename).href};";
const common = {
	...shared,
	format: 'cjs',
	// Its other form asks for its own files with names that are made when it runs.
	alias: {'jsonc-parser': 'jsonc-parser/lib/esm/main.js'},
	// ws asks for natives that it does without.
	define: {
		'import.meta': 'moduleMeta',
		'process.env.WS_NO_BUFFER_UTIL': '"1"',
		'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
	},
	banner: {js: `${forNode20}\n${moduleMeta}`},
	plugins: [lateNodes, apart, lateTables, lateSegmenters],
};

/** The page of the web screen, for browsers: compressed here, once and well. */
const page = 'source/bridge/web/page';
const pageFiles = ['index.html', 'icon.svg', 'page.webmanifest'];

async function buildPage() {
	const built = await build({
		bundle: true,
		minify: true,
		write: false,
		outdir: page,
		platform: 'browser',
		target: ['es2022', 'chrome110', 'firefox115', 'safari16.4'],
		format: 'iife',
		legalComments: 'none',
		metafile: true,
		logLevel: 'warning',
		entryPoints: [`${page}/page.ts`, `${page}/page.css`],
	});
	await mkdir(`${out}/web`, {recursive: true});
	const files = [
		...built.outputFiles.map(({path, contents}) => [basename(path), contents]),
		...(await Promise.all(pageFiles.map(async name => [name, await readFile(`${page}/${name}`)]))),
	];
	for (const [name, contents] of files)
		await writeFile(`${out}/web/${name}.gz`, gzipSync(contents, {level: 9}));
	return built;
}

await rm(out, {recursive: true, force: true});
const builds = await Promise.all([
	// The compile cache is on before the program is loaded, so the two are apart.
	build({
		...common,
		entryPoints: ['source/cli.tsx'],
		target: 'node12',
		supported: {'dynamic-import': true},
		banner: {js: `${ageCheck}\n${moduleMeta}`},
	}),
	build({
		...common,
		entryPoints: {
			dispatch: 'source/commands/arguments/dispatch.ts',
			'disk-worker': 'source/io/disk-worker/worker.ts',
			'metainfo-worker': 'source/io/metainfo/worker.ts',
			'blocklist-worker': 'source/io/blocklist/worker.ts',
			'hash-worker': 'source/creator/hash-worker.ts',
			'creation-worker': 'source/creator/creation-worker.ts',
			'look-worker': 'source/automation/look/look-worker.ts',
		},
	}),
	build({
		...shared,
		format: 'esm',
		plugins: [noDevtools, inkTable, lateSegmenters],
		define: {
			'process.env.NODE_ENV': '"production"',
			'process.env.DEV': '"false"',
			// Yoga looks whether there is one, for which Node loads all of it, and has its code with it.
			fetch: 'undefined',
		},
		banner: {
			js: `import {createRequire} from 'node:module';\nconst require = createRequire(import.meta.url);\n${forNode20}`,
		},
		entryPoints: [
			'source/ui/screen/screen.ts',
			'source/ui/keys/key-table.ts',
			'source/ui/widgets/table-text.ts',
		],
		entryNames: '[name]',
		splitting: true,
		outExtension: {'.js': '.mjs'},
	}),
	buildPage(),
]);

/**
 * What is loaded with what V8 made of it cannot import, but is handed something that can; loaded in the usual way it can.
 */
const program = await readFile(`${out}/dispatch.js`, 'utf8');
await writeFile(
	`${out}/dispatch.js`,
	`var importHere = module.importHere || (name => import(name));\n${program.replaceAll(/\bimport\(/g, 'importHere(')}`,
);

/** The licences of the packages that are bundled, which ask to go along. */
async function licences() {
	const inputs = builds.flatMap(({metafile}) => Object.keys(metafile.inputs));
	const folders = inputs.flatMap(path => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
	const texts = [...new Set(folders)].sort().map(async folder => {
		const {name, version, license, author} = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
		const file = (await readdir(folder)).find(entry => /^licen[cs]e/i.test(entry));
		const text = file
			? (await readFile(`${folder}/${file}`, 'utf8')).trim()
			: `${license}, by ${author?.name ?? author ?? 'its authors'}`;
		return `${name} ${version}\n\n${text}\n`;
	});
	return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}

await writeFile(`${out}/licences.txt`, await licences());
await writeFile(`${out}/package.json`, '{"type": "commonjs"}\n');

// It is tried once, on loopback. That leaves in the user's cache what V8 made of it: the next start is the quick one.
const {status} = spawnSync(process.execPath, [`${out}/cli.js`, 'demo', '--fast', '--size', '4M'], {
	stdio: 'ignore',
	timeout: 30_000,
});
if (status !== 0) console.warn(`built, but the demo does not run here: node ${out}/cli.js demo --fast`);
