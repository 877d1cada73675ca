// Makes one file of Node.js and the built program: npm run executable [-- FILE]. It needs nothing of the machine but the
// system's C library. For Linux: Node.js looks for what it is to run in a note of its own ELF file.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import process from 'node:process';
import {build} from 'esbuild';

const target = resolve(process.argv[2] ?? 'executable/tortui');
const noteName = 'NODE_SEA_BLOB';
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';

function fail(message) {
	console.error(`no executable: ${message}`);
	process.exit(1);
}

if (process.platform !== 'linux') fail('it is made on Linux, for Linux');
if (Number(process.versions.node.split('.')[0]) < 22) fail(`it needs Node.js 22 or newer, not ${process.version}`);
if (!existsSync('dist/cli.js')) fail('build the program first: npm run build');

const round = (number, to) => Math.ceil(number / to) * to;

/** A note as an ELF file has it: lengths, a type, the name with its zero byte, the bytes. */
function note(name, bytes) {
	const head = Buffer.alloc(12);
	head.writeUInt32LE(name.length + 1, 0);
	head.writeUInt32LE(bytes.length, 4);
	const padded = part => Buffer.concat([part, Buffer.alloc(round(part.length, 4) - part.length)]);
	return Buffer.concat([head, padded(Buffer.from(`${name}\0`)), padded(bytes)]);
}

/**
 * An ELF file with one more note. The table of what is loaded has no room for it: it moves to the end, with the note, into
 * memory of its own. There an address is as far from the file's start as every kernel reckons it.
 */
function withNote(program, name, bytes) {
	const isElf = program.readUInt32BE(0) === 0x7f454c46 && program[4] === 2 && program[5] === 1;
	if (!isElf) throw new Error('not an ELF file of 64 bits in this order');
	const entry = 56;
	const [loaded, noted, table] = [1, 4, 6];
	const at = Number(program.readBigUInt64LE(32));
	const count = program.readUInt16LE(56);
	const entries = Array.from({length: count}, (_, index) =>
		Buffer.from(program.subarray(at + index * entry, at + (index + 1) * entry)),
	);
	const typeOf = each => each.readUInt32LE(0);
	const loads = entries.filter(each => typeOf(each) === loaded);
	const base = Number(loads[0].readBigUInt64LE(16) - loads[0].readBigUInt64LE(8));
	const end = Math.max(...loads.map(each => Number(each.readBigUInt64LE(16) + each.readBigUInt64LE(40))));
	const page = 0x10_000;
	const offset = round(Math.max(program.length, end - base), page);
	const header = (type, from, length, align) => {
		const made = Buffer.alloc(entry);
		made.writeUInt32LE(type, 0);
		made.writeUInt32LE(4, 4); // To be read.
		for (const [place, value] of [
			[8, from],
			[16, base + from],
			[24, base + from],
			[32, length],
			[40, length],
			[48, align],
		])
			made.writeBigUInt64LE(BigInt(value), place);
		return made;
	};
	const tableLength = (count + 2) * entry;
	const text = note(name, bytes);
	const noteAt = offset + round(tableLength, 16);
	const whole = noteAt - offset + text.length;
	const last = entries.findLastIndex(each => typeOf(each) === loaded);
	const moved = entries.map(each => (typeOf(each) === table ? header(table, offset, tableLength, 8) : each));
	moved.splice(last + 1, 0, header(loaded, offset, whole, page), header(noted, noteAt, text.length, 4));
	const result = Buffer.alloc(offset + whole);
	program.copy(result);
	result.writeBigUInt64LE(BigInt(offset), 32);
	result.writeUInt16LE(count + 2, 56);
	Buffer.concat(moved).copy(result, offset);
	text.copy(result, noteAt);
	return result;
}

/** The files that go into it, by their names there. */
function contents() {
	const built = readdirSync('dist', {recursive: true, withFileTypes: true}).filter(each => each.isFile());
	return ['package.json', 'media/tortui.1', ...built.map(each => join(each.parentPath, each.name))].sort();
}

const folder = mkdtempSync(join(tmpdir(), 'tortui-executable-'));
process.once('exit', () => rmSync(folder, {recursive: true, force: true}));

await build({
	entryPoints: ['source/commands/executable/start.ts'],
	outfile: join(folder, 'main.cjs'),
	bundle: true,
	platform: 'node',
	format: 'cjs',
	target: 'node22',
	logLevel: 'warning',
});
const names = contents();
const all = createHash('sha256');
const files = {};
for (const name of names) {
	const bytes = readFileSync(name);
	files[name] = bytes.length;
	all.update(`${name}\0${bytes.length}\0`).update(bytes);
}
writeFileSync(join(folder, 'contents.json'), JSON.stringify({digest: all.digest('hex').slice(0, 16), files}));
const config = {
	main: join(folder, 'main.cjs'),
	output: join(folder, 'blob'),
	disableExperimentalSEAWarning: true,
	assets: {
		'contents.json': join(folder, 'contents.json'),
		...Object.fromEntries(names.map(name => [name, resolve(name)])),
	},
};
writeFileSync(join(folder, 'sea.json'), JSON.stringify(config));
execFileSync(process.execPath, ['--experimental-sea-config', join(folder, 'sea.json')], {
	stdio: 'pipe',
});
const program = withNote(readFileSync(process.execPath), noteName, readFileSync(join(folder, 'blob')));
const place = program.indexOf(`${fuse}0`);
if (place === -1) fail(`${process.execPath} is no Node.js that others can be made of`);
program[place + fuse.length] = 0x31;
mkdirSync(dirname(target), {recursive: true});
// One that runs is not written over.
rmSync(target, {force: true});
writeFileSync(target, program);
chmodSync(target, 0o755);
console.log(`${target}: ${Math.round(program.length / 1e6)} MB`);
