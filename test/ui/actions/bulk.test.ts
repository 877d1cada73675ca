import assert from 'node:assert/strict';
import {test} from 'node:test';
import {targetLines} from '../../../source/ui/model/targets.ts';
import {torrentView} from '../../commands/torrent-view.ts';
import {mixedTorrents} from '../../helpers/mixed-torrents.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

const gib = 1024 ** 3;
const some = (count: number, dirs: readonly string[]) =>
	Array.from({length: count}, (_, at) =>
		torrentView({
			id: String(at),
			name: `film ${at}\u0007`,
			wanted: 2 * gib,
			completed: at === 0 ? gib : 2 * gib,
			dir: dirs[at % dirs.length] ?? '',
		}),
	);

test('what a dialog touches is said with names and bytes, the folder they have in common once', () => {
	assert.deepEqual(targetLines(some(1, ['/srv'])), ['film 0', '1.00 G of 2.00 G here', 'in /srv']);
	assert.deepEqual(targetLines(some(2, ['/srv'])), [
		'2 torrents, 3.00 G of 4.00 G here:',
		'  film 0  1.00 G of 2.00 G',
		'  film 1  2.00 G',
		'in /srv',
	]);
	assert.deepEqual(targetLines(some(9, ['/a', '/b', '/c', '/d', '/e'])).slice(5), [
		'  film 4  2.00 G',
		'  and 4 more, 8.00 G',
		'in /a (2)',
		'in /b (2)',
		'in /c (2)',
		'and in 2 more folders',
	]);
});

test('removing many with their data, labelling and moving them say so', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {list: true});
	engine.others = mixedTorrents(8);
	engine.publish();
	await terminal.settled();
	await terminal.press('A');
	for (const key of ['D', 'b', 'm', 'L']) {
		await terminal.press(key);
		assert.match(terminal.text(), /9 torrents, [\d.]+ G of [\d.]+ G here:/, key);
		assert.match(terminal.text(), /debian-13\.2\.0-amd64-netinst\.iso {2}[\d.]+ [MG] of/, key);
		assert.match(terminal.text(), /in \/srv\/downloads \(7\)/, key);
		await terminal.press('\u001B');
	}
	await close();
});
