import assert from 'node:assert/strict';
import {readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {asCommand} from '../../source/api/command-guard.ts';
import {UserError} from '../../source/base/errors.ts';
import {readFormerLife} from '../../source/engine/adding/former-life.ts';
import type {PreparedTorrent} from '../../source/importer/prepare-torrent.ts';
import {hashFunctions} from '../../source/io/machine/hash-functions.ts';
import {
	type Bencodable,
	type BencodeNode,
	decodeBencode,
	encodeBencode,
} from '../../source/protocol/bencode/bencode.ts';
import {parseMetainfo} from '../../source/protocol/metainfo/metainfo-reader.ts';
import {Workspace} from '../helpers/workspace.ts';
import {type Brought, bring, type Had, hadTorrent, stateWriters} from './foreign-states.ts';

/** What the engine does with it: it takes it, or says why not. */
function isTaken({command}: PreparedTorrent): boolean {
	const bytes = command.type === 'torrent.add' ? command.metainfo : new Uint8Array();
	const sent = command.type === 'torrent.add' ? {...command, metainfo: ''} : command;
	assert.notEqual(asCommand(JSON.parse(JSON.stringify(sent))), undefined, JSON.stringify(sent));
	if (command.type !== 'torrent.add') return true;
	try {
		readFormerLife(
			command.options?.known ?? {},
			command.options ?? {},
			parseMetainfo(bytes as Uint8Array, hashFunctions),
		);
		return true;
	} catch (error) {
		assert.ok(error instanceof UserError, String(error));
		return false;
	}
}

/** Whatever is wrong: the sound one is there, nothing is said twice, and each line is one. */
function survives({torrents, problems}: Brought, sound: Had, hasList: boolean, what: string): void {
	const ids = torrents.map(({ids: [id]}) => id);
	if (hasList) assert.ok(ids.includes(sound.id), `${what}: ${JSON.stringify(problems)}`);
	for (const torrent of torrents) {
		assert.ok(isTaken(torrent), what);
		const had = Buffer.from(torrent.command.options?.known?.have ?? '', 'base64');
		if (torrent.ids[0] === sound.id) assert.equal(had[0], 0b11111100, what);
	}
	for (const {problem} of problems)
		assert.ok(problem.length > 0 && problem.length < 400 && !/[\n\r]|\bat \S+:\d/.test(problem), problem);
}

/** Puts a link in the place of a file. */
function link(path: string, target: string): void {
	rmSync(path);
	symlinkSync(target, path);
}

async function look(client: Brought | Promise<Brought>): Promise<Brought> {
	try {
		return await client;
	} catch (error) {
		assert.ok(error instanceof UserError, String((error as Error).stack));
		return {torrents: [], problems: [{name: '', problem: (error as Error).message}]};
	}
}

for (const {client, write, files} of stateWriters) {
	/** Files that say which torrents there are at all. */
	const isList = (file: string) => file === 'state/torrents.state';

	test(`${client}: each file of it cut anywhere is a line at the most, and the rest is brought`, async t => {
		const space = new Workspace(t);
		const [broken, sound] = [hadTorrent(space, 'Broken'), hadTorrent(space, 'Sound')];
		const dir = space.path('state');
		write(dir, [broken, sound]);
		for (const file of files(broken)) {
			const bytes = readFileSync(join(dir, file));
			for (let length = 0; length < bytes.length; length += length < 30 ? 1 : 13) {
				writeFileSync(join(dir, file), bytes.subarray(0, length));
				const brought = await look(bring(client, dir));
				const hasList = !isList(file) && !(client === 'deluge' && file.endsWith('fastresume'));
				if (hasList) survives(brought, sound, true, `${file} of ${length} bytes`);
				else survives({...brought, torrents: []}, sound, false, `${file} of ${length} bytes`);
				assert.ok(brought.torrents.length + brought.problems.length > 0);
			}
			writeFileSync(join(dir, file), bytes);
		}
		assert.equal((await bring(client, dir)).torrents.length, 2);
	});

	test(`${client}: files that are gone, exchanged, folders, pipes to nowhere and noise are lines, and the rest is brought`, async t => {
		const space = new Workspace(t);
		const [broken, sound] = [hadTorrent(space, 'Broken'), hadTorrent(space, 'Sound')];
		const dir = space.path('state');
		const [, resume] = files(broken);
		const others = files(sound);
		const noise = Buffer.from(Array.from({length: 3000}, (_, at) => (at * 7919) & 255));
		const damages: ReadonlyArray<readonly [string, (path: string, at: number) => void]> = [
			['gone', path => rmSync(path)],
			['of the other', (path, at) => writeFileSync(path, readFileSync(join(dir, others[at]!)))],
			['of another kind', path => writeFileSync(path, readFileSync(join(dir, resume!)))],
			['noise', path => writeFileSync(path, noise)],
			['followed by noise', path => writeFileSync(path, noise.subarray(0, 9), {flag: 'a'})],
			['text', path => writeFileSync(path, '<html>404</html>')],
			['deep', path => writeFileSync(path, 'l'.repeat(100_000))],
			['long', path => writeFileSync(path, `d99999999999999999:`)],
			['a link to nowhere', path => link(path, '/nowhere/at/all')],
			['a link to itself', path => link(path, path)],
			['a device', path => link(path, '/dev/zero')],
		];
		for (const [what, damage] of damages) {
			for (const [at, file] of files(broken).entries()) {
				write(dir, [broken, sound]);
				damage(join(dir, file), at);
				const brought = await look(bring(client, dir));
				const hasList = !isList(file) && !(client === 'deluge' && file.endsWith('fastresume'));
				survives(hasList ? brought : {...brought, torrents: []}, sound, hasList, `${file}: ${what}`);
				rmSync(dir, {recursive: true});
			}
		}
	});
}

/** A value again, with each of its parts replaced by others, one after the other. */
function* variants(node: BencodeNode): Generator<Bencodable> {
	const others: readonly Bencodable[] = [
		-1,
		0,
		2 ** 53 - 1,
		'',
		'x',
		'../../x',
		[],
		[[]],
		[-1, 'x', []],
		{},
		{x: 1},
	];
	yield* others;
	if (node.type === 'dictionary') {
		const entries = [...node.entries()].map(([key, value]) => [key, value] as const);
		for (const [at, [, value]] of entries.entries())
			for (const variant of variants(value))
				yield new Map(entries.map(([key, own], n) => [key, n === at ? variant : plain(own)]));
		for (const at of entries.keys())
			yield new Map(entries.filter((_, n) => n !== at).map(([key, own]) => [key, plain(own)]));
	} else if (node.type === 'list') {
		const items = [...node.items()];
		for (const variant of items[0] ? variants(items[0]) : [])
			yield items.map((own, n) => (n === 0 ? variant : plain(own)));
	}
}

function plain(node: BencodeNode): Bencodable {
	if (node.type === 'dictionary')
		return new Map([...node.entries()].map(([key, value]) => [key, plain(value)]));
	if (node.type === 'list') return [...node.items()].map(plain);
	return node.bytes() ?? node.number() ?? 0;
}

for (const {client, write, files} of stateWriters) {
	test(`${client}: each value of it being of another kind, or gone, is a line at the most`, async t => {
		const space = new Workspace(t);
		const [broken, sound] = [hadTorrent(space, 'Broken'), hadTorrent(space, 'Sound')];
		const dir = space.path('state');
		write(dir, [broken, sound]);
		let count = 0;
		for (const file of files(broken).filter(name => /resume$|rtorrent$/.test(name))) {
			const bytes = readFileSync(join(dir, file));
			const isAll = file.endsWith('torrents.fastresume');
			const root = decodeBencode(bytes);
			const own = isAll ? decodeBencode(root.get(broken.id)!.bytes()!) : root;
			for (const variant of variants(own)) {
				const other = encodeBencode(variant);
				const whole = isAll
					? encodeBencode(
							new Map([
								[broken.id, other],
								[sound.id, root.get(sound.id)!.bytes()!],
							]),
						)
					: other;
				writeFileSync(join(dir, file), whole);
				survives(
					await look(bring(client, dir)),
					sound,
					true,
					`${file}: ${Buffer.from(other).toString('latin1')}`,
				);
				count++;
			}
			writeFileSync(join(dir, file), bytes);
		}
		assert.ok(count > 100, String(count));
	});
}
