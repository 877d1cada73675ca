import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {test} from 'node:test';

interface LockedPackage {
	readonly version?: string;
	readonly resolved?: string;
	readonly integrity?: string;
	readonly optional?: boolean;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly devDependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (path: string) => JSON.parse(readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8'));
const locked = read('package-lock.json').packages as Readonly<Record<string, LockedPackage>>;
const manifest = read('package.json');

/** Where npm finds a package that another one asks for: beside it, or in a folder further out. */
function found(from: string, name: string): LockedPackage | undefined {
	for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('node_modules/') - 1))) {
		const at = locked[`${place === '' ? '' : `${place}/`}node_modules/${name}`];
		if (at || place === '') return at;
	}
}

test('the lock file lists the packages of every platform, so that npm ci works on each', () => {
	const missing: string[] = [];
	let platforms = 0;
	for (const [path, {optionalDependencies = {}}] of Object.entries(locked))
		for (const [name, version] of Object.entries(optionalDependencies)) {
			const at = found(path, name);
			const isRange = /^[~^]/.test(version);
			if ((isRange || at?.version === version) && at?.optional && at.integrity) platforms++;
			else missing.push(`${path} wants ${name} ${version}`);
		}
	assert.deepEqual(missing, []);
	assert.ok(platforms > 50, `${platforms} packages for one platform or another`);
});

test('the lock file has whatever a package asks for, and says of none where it was downloaded', () => {
	for (const [path, {dependencies = {}, resolved, integrity}] of Object.entries(locked)) {
		assert.equal(resolved, undefined, path);
		if (path !== '') assert.match(integrity ?? '', /^sha512-/, path);
		for (const name of Object.keys(dependencies)) assert.ok(found(path, name), `${path} wants ${name}`);
	}
});

test('the lock file is that of package.json: npm install changes nothing', () => {
	const root = locked['']!;
	assert.deepEqual(root.dependencies, Object.fromEntries(Object.entries(manifest.dependencies).sort()));
	assert.deepEqual(root.devDependencies, Object.fromEntries(Object.entries(manifest.devDependencies).sort()));
	assert.deepEqual((root as {engines?: unknown}).engines, manifest.engines);
});

test('the lock file has nothing that only some npm write: git status stays clean with each', () => {
	// npm 10 takes it out, npm 11 leaves either as it is.
	for (const [path, entry] of Object.entries(locked)) assert.ok(!('libc' in entry), path);
});

test('what the program is made of is named as its dependencies', () => {
	for (const name of ['ink', 'react', 'ink-table', 'bencode', 'meow'])
		assert.ok(name in manifest.dependencies, name);
});
