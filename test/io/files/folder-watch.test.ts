import {rmSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {FolderWatch} from '../../../source/io/files/folder-watch.ts';
import {within} from '../../helpers/deadline.ts';
import {Workspace} from '../../helpers/workspace.ts';

const never = 1_000_000;

test('who waits for a folder hears of names that come and go', async t => {
	const space = new Workspace(t);
	const folder = new FolderWatch(space.folder('here'));
	t.after(() => folder.close());
	const file = space.path('here', 'a');
	for (const change of [() => writeFileSync(file, ''), () => rmSync(file)]) {
		const told = folder.next(never);
		change();
		await within(10_000, 'the change', told);
	}
});

test('what changes while nobody waits is told to the next who does', async t => {
	const space = new Workspace(t);
	const folder = new FolderWatch(space.folder('here'));
	t.after(() => folder.close());
	folder.wake();
	await within(10_000, 'what was there', folder.next(never));
});

test('where no change can be told of, who waits looks again soon', async t => {
	const space = new Workspace(t);
	const folder = new FolderWatch(space.path('nowhere'));
	await within(10_000, 'another look', folder.next(never));
	folder.close();
});
