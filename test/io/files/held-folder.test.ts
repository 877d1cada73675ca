import assert from 'node:assert/strict';
import {existsSync, lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {type TestContext, test} from 'node:test';
import {removeBelow} from '../../../source/io/files/held-folder.ts';
import {into, moveFile} from '../../../source/io/files/move-files.ts';
import {deleteFiles, removeEmptyFolders} from '../../../source/io/ownership/delete-files.ts';
import {Workspace} from '../../helpers/workspace.ts';

const held = {skip: process.platform !== 'linux' && 'folders are held on Linux only'};

/** A download folder with a torrent in it, and somebody's folder elsewhere with the same names. */
function folders(t: TestContext) {
	const space = new Workspace(t);
	const root = space.folder('root');
	const theirs = space.folder('theirs');
	for (const at of [space.folder('root', 't'), theirs]) {
		writeFileSync(`${at}/a`, 'a');
		mkdirSync(`${at}/empty`);
	}
	/** The folder of the torrent is swapped for a link to the other one. */
	const swap = (): void => {
		renameSync(`${root}/t`, space.path('aside'));
		symlinkSync(theirs, `${root}/t`);
	};
	return {root, theirs, aside: space.path('aside'), swap};
}

test('nothing is deleted beyond a folder that was swapped for a link, neither a file nor an empty folder', async t => {
	const {root, theirs, swap} = folders(t);
	swap();
	assert.equal(await deleteFiles(root, ['t/a']), undefined);
	assert.equal(await removeEmptyFolders(root, ['t/empty']), undefined);
	assert.throws(() => removeBelow(root, 't/a'), /leads out of the download folder/);
	assert.deepEqual(readdirSync(theirs).sort(), ['a', 'empty']);
});

test('what has come into the place of a file since it was judged stays', t => {
	const {root} = folders(t);
	const seen = lstatSync(`${root}/t/a`);
	renameSync(`${root}/t/a`, `${root}/t/b`);
	writeFileSync(`${root}/t/a`, "somebody else's");
	assert.equal(removeBelow(root, 't/a', seen), false);
	assert.ok(existsSync(`${root}/t/a`));
	assert.equal(removeBelow(root, 't/b', seen), true);
	assert.ok(!existsSync(`${root}/t/b`));
});

test(
	'a file that is copied or moved comes into the folder it was to, whatever that is swapped for',
	held,
	async t => {
		const {root, theirs, aside, swap} = folders(t);
		writeFileSync(`${root}/other`, 'moved');
		await into({root, to: `${root}/t/copy`}, async path => {
			swap();
			await writeFile(path, 'copied', {flag: 'wx'});
			await moveFile(`${root}/other`, path.replace(/copy$/, 'moved'));
		});
		assert.deepEqual(readdirSync(theirs).sort(), ['a', 'empty']);
		assert.deepEqual(readdirSync(aside).sort(), ['a', 'copy', 'empty', 'moved']);
		await assert.rejects(
			into({root, to: `${root}/t/late`}, path => writeFile(path, '')),
			/leads out of the download folder/,
		);
		assert.deepEqual(readdirSync(theirs).sort(), ['a', 'empty']);
	},
);
