// Bundles source/ into dist/, after `tsc` has checked it: a program in a handful of files starts in half the time of one
// in two hundred. What every command needs is CommonJS, which Node loads quickest; the screen is a module, as Ink is.
import {spawnSync} from 'node:child_process';
import {readFile, rm, writeFile} from 'node:fs/promises';
import process from 'node:process';
import {build} from 'esbuild';

const out = 'dist';

/** What is drawn with Ink is loaded when it is drawn. */
const screenFiles = new Map([
	['../ui/screen.js', './screen.mjs'],
	['../ui/widgets/ink-table.js', './ink-table.mjs'],
]);

const apart = {
	name: 'apart',
	setup({onResolve}) {
		onResolve({filter: /\/ui\/(?:screen|widgets\/ink-table)\.js$/}, ({path, kind}) =>
			kind === 'dynamic-import' ? {path: screenFiles.get(path), external: true} : undefined,
		);
		onResolve({filter: /\/commands\/dispatch\.js$/}, () => ({path: './dispatch.js', external: true}));
		onResolve({filter: /^(?:ink|react)$/}, ({path}) => ({path, external: true}));
		// Of Node's own only what is used is loaded.
		onResolve({filter: /^(?:node:|(?:fs|path|url|util)$)/}, ({path}) => ({
			path,
			external: true,
			sideEffects: false,
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

const shared = {
	bundle: true,
	platform: 'node',
	target: 'node22',
	outdir: out,
	jsx: 'automatic',
	minifySyntax: true,
	minifyWhitespace: true,
	legalComments: 'none',
	logLevel: 'warning',
};
const common = {
	...shared,
	format: 'cjs',
	define: {'import.meta': 'moduleMeta'},
	banner: {js: "const moduleMeta = {url: require('node:url').pathToFileURL(__filename).href};"},
	plugins: [apart, lateTables],
};

await rm(out, {recursive: true, force: true});
await Promise.all([
	// The compile cache is on before the program is loaded, so the two are apart.
	build({...common, entryPoints: ['source/cli.tsx'], supported: {'dynamic-import': false}}),
	build({
		...common,
		entryPoints: [
			'source/commands/dispatch.ts',
			'source/io/disk-worker.ts',
			'source/io/metainfo-worker.ts',
			'source/engine/creator-worker.ts',
		],
		entryNames: '[name]',
	}),
	build({
		...shared,
		format: 'esm',
		packages: 'external',
		entryPoints: ['source/ui/screen.tsx', 'source/ui/widgets/ink-table.ts'],
		entryNames: '[name]',
		splitting: true,
		outExtension: {'.js': '.mjs'},
	}),
]);
await writeFile(`${out}/package.json`, '{"type": "commonjs"}\n');

// It is tried once, on loopback. That leaves in the user's cache what V8 made of it: the next start is the quick one.
const {status} = spawnSync(process.execPath, [`${out}/cli.js`, 'demo', '--fast', '--size', '4M'], {
	stdio: 'ignore',
	timeout: 30_000,
});
if (status !== 0) console.warn(`built, but the demo does not run here: node ${out}/cli.js demo --fast`);
