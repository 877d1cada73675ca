// Makes dist/ when npm asks for it: after an install in this folder, before it is packed, and when it is installed
// globally, from a folder or from git. Then npm leaves out what is needed to build: it is fetched into a folder of its own.
import {spawnSync} from 'node:child_process';
import {
	cpSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const inRoot = name => join(root, name);
const manifest = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
/** What bundles, and what the page of the web screen is bundled from. */
const builders = Object.keys(manifest.devDependencies).filter(name =>
	/^(?:esbuild$|@xterm\/(?:xterm$|addon-))/.test(name),
);
const inputs = ['source', '.build.js', '.npmrc', 'package-lock.json'];

function fail(message) {
	console.error(`tortui is not built: ${message}`);
	process.exit(1);
}

function run(command, args, cwd) {
	const {status, error} = spawnSync(command, args, {cwd, stdio: ['ignore', 'inherit', 'inherit']});
	if (error) fail(`${command} does not start: ${error.message}`);
	return status === 0;
}

const isThere = name => existsSync(inRoot(`node_modules/${name}/package.json`));

/** ms; of the newest file in a folder, or of a file. */
function newest(path) {
	const stats = statSync(path);
	return stats.isDirectory()
		? Math.max(...readdirSync(path).map(name => newest(join(path, name))))
		: stats.mtimeMs;
}

function isBuilt() {
	const built = inRoot('dist/package.json');
	return existsSync(built) && inputs.every(name => newest(inRoot(name)) < statSync(built).mtimeMs);
}

/** Builds in a folder that holds what is needed to bundle and nothing else, by the lock file. */
function buildElsewhere() {
	const folder = mkdtempSync(join(tmpdir(), 'tortui-build-'));
	// Node ends without it when npm is interrupted.
	process.once('exit', () => rmSync(folder, {recursive: true, force: true, maxRetries: 3}));
	for (const name of inputs) cpSync(inRoot(name), join(folder, name), {recursive: true});
	const {version, type, engines, overrides, dependencies, devDependencies} = manifest;
	const needed = {...dependencies, ...Object.fromEntries(builders.map(name => [name, devDependencies[name]]))};
	writeFileSync(
		join(folder, 'package.json'),
		JSON.stringify({name: manifest.name, version, type, engines, overrides, dependencies: needed}),
	);
	// What npm was told about the install that this is part of is not meant for this one.
	const args = [
		...['install', `--prefix=${folder}`, '--global=false', '--location=project', '--include=optional'],
		...['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--silent'],
		...['--package-lock-only=false', '--dry-run=false', '--workspaces=false'],
	];
	const npm = process.env.npm_execpath ?? '';
	const isInstalled = /npm-cli\.c?js$/.test(npm)
		? run(process.execPath, [npm, ...args], folder)
		: run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, folder);
	if (!isInstalled) fail('npm could not fetch what is needed to build it');
	if (!run(process.execPath, ['.build.js'], folder)) fail('see above');
	rmSync(inRoot('dist'), {recursive: true, force: true});
	cpSync(join(folder, 'dist'), inRoot('dist'), {recursive: true});
}

/**
 * For a package from git npm runs itself in a clone. Asked to install globally, the inner one takes that for its own task:
 * where the outer is about to unpack the package it puts a link to the clone, which will soon be gone.
 */
function unlinkClone() {
	const {_PACOTE_NO_PREPARE_: isInner, npm_config_global_prefix: prefix} = process.env;
	if (!isInner || !prefix) return;
	const place = join(prefix, process.platform === 'win32' ? '' : 'lib', 'node_modules', manifest.name);
	try {
		if (!lstatSync(place).isSymbolicLink() || realpathSync(place) !== realpathSync(root)) return;
	} catch {
		return;
	}
	rmSync(place);
	mkdirSync(place);
}

// A tarball holds what was built, and nothing to build it from.
if (existsSync(inRoot('source'))) {
	unlinkClone();
	if ([...builders, ...Object.keys(manifest.dependencies)].every(isThere)) {
		if (!run(process.execPath, ['.build.js'], root)) fail('see above');
	} else if (!isBuilt()) buildElsewhere();
}
