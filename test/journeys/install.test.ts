import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
	cpSync,
	existsSync,
	lstatSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {isBuiltin} from 'node:module';
import {delimiter, dirname, join, resolve} from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import {findProgram, missing, Running, run} from '../helpers/processes.ts';
import {build, cli} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const root = resolve(import.meta.dirname, '../..');
const {engines, version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [oldest] = /\d+/.exec(engines.node)!;

/** Every Node.js that people of this machine may have: the tests' own, and one outside of node_modules. */
const nodes = [
	...new Set(
		[
			process.execPath,
			...(process.env['PATH'] ?? '')
				.split(delimiter)
				.map(folder => join(folder, 'node'))
				.filter(path => !path.includes('node_modules') && existsSync(path)),
		].map(path => realpathSync(path)),
	),
].filter(path => {
	const [major = ''] = execFileSync(path, ['-p', 'process.versions.node'], {encoding: 'utf8'}).split('.');
	return Number(major) >= Number(oldest);
});

const skip = missing('git', 'npm') || (!existsSync(join(root, '.git')) && 'not a git checkout') || undefined;

/** The files of this repository in a folder of their own, as somebody has them who has just fetched it. */
async function fetched(space: Workspace): Promise<string> {
	const folder = space.folder('tortui');
	const git = (...args: string[]) => execFileSync('git', args, {cwd: folder, encoding: 'utf8'});
	const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
		cwd: root,
		encoding: 'utf8',
	});
	for (const file of files.split('\0'))
		if (file !== '' && existsSync(join(root, file))) cpSync(join(root, file), join(folder, file));
	git('init', '--quiet');
	git('add', '--all');
	git('-c', 'user.name=test', '-c', 'user.email=test@localhost', 'commit', '--quiet', '-m', 'all of it');
	return folder;
}

/** Runs npm on this Node.js as a person does outside of any package; fails unless it succeeds. */
async function npm(space: Workspace, node: string, cwd: string, ...args: string[]): Promise<string> {
	const env = Object.entries(process.env).filter(
		([name]) => !/^npm_|^INIT_CWD$|^NODE_ENV$|^PATH$/.test(name),
	);
	const running = new Running(
		space,
		'env',
		[
			'-i',
			...env.map(([name, value]) => `${name}=${value}`),
			`PATH=${dirname(node)}${delimiter}${process.env['PATH']}`,
			node,
			realpathSync(findProgram('npm')!),
			...args,
			`--prefix=${space.folder('global')}`,
			'--prefer-offline',
		],
		{cwd},
	);
	const exit = await running.end(110_000);
	assert.equal(exit.code, 0, `npm ${args.join(' ')}: ${running.stderr}`);
	assert.ok(!/TAR_ENTRY|EBADENGINE/.test(running.stderr), running.stderr);
	return running.stdout;
}

/** What was installed into the workspace runs, and has its manual page. */
async function assertInstalled(space: Workspace, node: string): Promise<void> {
	const global = space.path('global');
	const program = join(global, 'bin/tortui');
	const env = {PATH: `${dirname(node)}${delimiter}${process.env['PATH']}`, TORTUI_HOME: space.path('state')};
	const tortui = async (...args: string[]) => {
		const running = new Running(space, program, args, {env});
		assert.equal((await running.end(30_000)).code, 0, running.stderr);
		return running.stdout;
	};
	assert.equal(await tortui('--version'), `${version}\n`);
	assert.match(await tortui('demo', '--fast', '--size', '1M'), /complete/);
	assert.match(readFileSync(join(global, 'share/man/man1/tortui.1'), 'utf8'), /^\.TH TORTUI 1/);
}

const versionOf = (node: string) => execFileSync(node, ['-p', 'process.version'], {encoding: 'utf8'}).trim();
const theirs = nodes.at(-1)!;

test(`Node.js ${versionOf(theirs)} installs it globally from its folder, which stays clean; packed there it needs no network`, {
	skip,
}, async t => {
	const space = new Workspace(t);
	const folder = await fetched(space);
	await npm(space, theirs, folder, 'install', '--global', '.');
	await assertInstalled(space, theirs);
	assert.equal(execFileSync('git', ['status', '--short'], {cwd: folder, encoding: 'utf8'}), '');
	assert.ok(!existsSync(join(folder, 'node_modules')), 'nothing was installed beside it');

	const told = await npm(
		space,
		theirs,
		folder,
		...['pack', '--ignore-scripts', '--json', `--pack-destination=${space.folder('packed')}`],
	);
	const [{filename, files}] = JSON.parse(told);
	const paths = (files as Array<{path: string}>).map(({path}) => path);
	assert.ok(paths.includes('dist/cli.js') && paths.includes('media/tortui.1'));
	assert.deepEqual(
		paths.filter(path => /^(?:source|test|node_modules)|\.tsx?$/.test(path)),
		[],
	);
	const length = (files as Array<{size: number}>).reduce((sum, {size}) => sum + size, 0);
	assert.ok(length < 3_000_000, `${length} bytes are a lot to install`);
	for (const node of nodes) {
		rmSync(space.path('global'), {recursive: true});
		const packed = space.path('packed', filename);
		await npm(space, node, space.folder('elsewhere'), 'install', '--global', '--offline', packed);
		await assertInstalled(space, node);
	}
});

test(`Node.js ${versionOf(nodes[0]!)} installs it globally from git`, {skip}, async t => {
	const space = new Workspace(t);
	const folder = await fetched(space);
	await npm(space, nodes[0]!, space.folder('elsewhere'), 'install', '--global', `git+file://${folder}`);
	assert.ok(lstatSync(space.path('global/lib/node_modules/tortui')).isDirectory());
	await assertInstalled(space, nodes[0]!);
});

test('what was built asks for no package', () => {
	build();
	const dist = dirname(cli);
	for (const file of readdirSync(dist).filter(name => /\.m?js$/.test(name))) {
		const text = readFileSync(join(dist, file), 'utf8');
		for (const [, name = ''] of text.matchAll(/(?:\b(?:require|import)\(|\bfrom ?)"([\w@][^"]*)"/g))
			assert.ok(isBuiltin(name) || !/^[\w@/.-]+$/.test(name), `${file} asks for ${name}`);
	}
});

test('a Node.js that is too old is told what to do, in one line', async t => {
	build();
	const space = new Workspace(t);
	const pretence = space.path('old.cjs');
	for (const old of ['12.22.9', '18.20.8', '20.11.1']) {
		writeFileSync(
			pretence,
			`Object.defineProperty(process, 'versions', {value: {...process.versions, node: '${old}'}});
			Object.defineProperty(process, 'version', {value: 'v${old}'});`,
		);
		const {stdout, stderr, ended} = await run(space, process.execPath, ['-r', pretence, cli, '--help']);
		assert.equal(ended?.code, 1);
		assert.equal(stdout, '');
		assert.equal(
			stderr,
			`tortui: needs Node.js 20.12 or newer, and ${process.execPath} is v${old}: install a newer one, or put it first in PATH\n`,
		);
	}
});
