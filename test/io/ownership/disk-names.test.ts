import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, dirname, join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {machineNames, type NamedDisk, probeNameRules} from '../../../source/io/ownership/disk-names.js';

function folder(context: TestContext): string {
	const dir = mkdtempSync(join(tmpdir(), 'tortui-names-'));
	context.after(() => rmSync(dir, {recursive: true, force: true}));
	return dir;
}

/** A disk in memory with rules of its own; `made` tells what was made on it. */
class FakeDisk implements NamedDisk {
	readonly made: string[] = [];
	readonly #fold: (name: string) => string;
	readonly #files: string[];
	readonly #readOnly: boolean;

	constructor(fold: (name: string) => string, files: readonly string[], readOnly = false) {
		this.#fold = fold;
		this.#files = [...files];
		this.#readOnly = readOnly;
	}

	async isFolder(path: string): Promise<boolean> {
		return path === '/' || this.#files.some(file => this.#fold(file).startsWith(`${this.#fold(path)}/`));
	}

	async names(at: string): Promise<readonly string[]> {
		const prefix = at === '/' ? '/' : `${at}/`;
		return [
			...new Set(
				this.#files
					.filter(file => file.startsWith(prefix))
					.map(file => file.slice(prefix.length).split('/')[0]!),
			),
		];
	}

	async identity(path: string): Promise<string | undefined> {
		const wanted = this.#fold(path);
		return this.#files.some(file => this.#fold(file) === wanted || this.#fold(file).startsWith(`${wanted}/`))
			? wanted
			: undefined;
	}

	async make(path: string): Promise<boolean> {
		if (this.#readOnly) return false;
		this.#files.push(path);
		this.made.push(path);
		return true;
	}

	async unmake(path: string): Promise<void> {
		this.#files.splice(this.#files.indexOf(path), 1);
	}

	get left(): readonly string[] {
		return this.#files;
	}
}

const folds = {
	exact: (name: string) => name,
	cases: (name: string) => name.toLowerCase(),
	forms: (name: string) => name.normalize('NFD'),
	both: (name: string) => name.normalize('NFC').toLowerCase(),
};
const rules = {
	exact: {caseSensitive: true, normalises: false},
	cases: {caseSensitive: false, normalises: false},
	forms: {caseSensitive: true, normalises: true},
	both: {caseSensitive: false, normalises: true},
};

for (const kind of ['exact', 'cases', 'forms', 'both'] as const) {
	test(`the rules of a disk (${kind}) are seen from the names on it, and nothing is made`, async () => {
		const disk = new FakeDisk(folds[kind], ['/data/Film.mkv', '/data/\u00dcber.txt']);
		assert.deepEqual(await probeNameRules('/data', disk), rules[kind]);
		assert.deepEqual(disk.made, []);
	});

	test(`in a folder that says nothing (${kind}) a hidden file of ours does, and it is gone then`, async () => {
		const disk = new FakeDisk(folds[kind], ['/data/123']);
		assert.deepEqual(await probeNameRules('/data/not/there/yet', disk), rules[kind]);
		assert.equal(disk.made.length, 1);
		assert.equal(dirname(disk.made[0]!), '/data');
		assert.ok(basename(disk.made[0]!).startsWith('.tortui-'));
		assert.deepEqual(disk.left, ['/data/123']);
	});

	test(`a folder that can only be read (${kind}) is judged by its own name`, async () => {
		const disk = new FakeDisk(folds[kind], ['/D\u00e4ta/123', '/data-2/1'], true);
		// Beyond ASCII how letters fold says nothing about case.
		assert.deepEqual(await probeNameRules('/D\u00e4ta', disk), {...rules[kind], caseSensitive: true});
	});
}

test('two names that are both there are two, even as links to one file', async () => {
	const disk = new FakeDisk(folds.exact, ['/data/a', '/data/A', '/data/e\u0301', '/data/\u00e9']);
	disk.identity = async () => 'one file';
	assert.deepEqual(await probeNameRules('/data', disk), rules.exact);
	assert.deepEqual(disk.made, []);
});

test('a folder of this machine is left as it was', async context => {
	const dir = folder(context);
	const {caseSensitive} = await probeNameRules(join(dir, 'later', 'on'));
	writeFileSync(join(dir, 'Name'), '');
	assert.equal(statSync(join(dir, 'nAME'), {throwIfNoEntry: false}) === undefined, caseSensitive);
	assert.deepEqual(readdirSync(dir), ['Name']);
	assert.equal((await probeNameRules(dir)).caseSensitive, caseSensitive);
	assert.deepEqual(readdirSync(dir), ['Name']);
});

test('what cannot be made is told, and what is there is not touched', async context => {
	const dir = folder(context);
	writeFileSync(join(dir, 'x'), 'mine');
	assert.equal(await machineNames.make(join(dir, 'x')), false);
	assert.equal(await machineNames.make(join(dir, 'no', 'x')), false);
	assert.equal(statSync(join(dir, 'x')).size, 4);
});

test('an ext4 folder that folds case is known as one, and its neighbour as one that does not', async context => {
	const dir = folder(context);
	const image = join(dir, 'image');
	const disk = join(dir, 'disk');
	mkdirSync(disk);
	writeFileSync(image, '');
	execFileSync('truncate', ['-s', '20M', image]);
	const made = spawnSync('mkfs.ext4', ['-q', '-O', 'casefold', '-E', 'encoding=utf8', image]);
	if (made.status !== 0 || spawnSync('mount', ['-o', 'loop', image, disk]).status !== 0)
		return context.skip('needs root and an ext4 that folds case');
	try {
		mkdirSync(join(disk, '0'));
		mkdirSync(join(disk, '1'));
		if (spawnSync('chattr', ['+F', join(disk, '0')]).status !== 0) return context.skip('no chattr +F');
		assert.deepEqual(await probeNameRules(join(disk, '0')), rules.both);
		assert.deepEqual(await probeNameRules(join(disk, '0', 'later')), rules.both);
		assert.deepEqual(await probeNameRules(join(disk, '1')), rules.exact);
		assert.deepEqual(readdirSync(join(disk, '0')), []);
	} finally {
		spawnSync('umount', [disk]);
	}
});
