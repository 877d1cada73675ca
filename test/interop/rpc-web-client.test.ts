import assert from 'node:assert/strict';
import {existsSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {openStage} from '../bridge/rpc/rpc-stage.ts';
import {browserNames, openBrowser, openPage, viewports} from '../helpers/browser.ts';
import {until, within} from '../helpers/deadline.ts';
import {missing} from '../helpers/processes.ts';

const web = '/usr/share/transmission/web';
const skip = missing(...browserNames) || (existsSync(`${web}/index.html`) ? false : `no ${web}`);

test('the web client of Transmission adds a torrent, pauses it, shows its files and skips one', {
	skip,
}, async t => {
	const stage = await openStage(t, {web}, {trackers: true});
	const file = stage.space.path('show.torrent');
	writeFileSync(file, Buffer.from(stage.metainfo('show', ['http://127.0.0.1:1/announce']), 'base64'));
	const {page, faults} = await openPage(await openBrowser(stage.space), viewports.desk);
	await page.goto(`http://127.0.0.1:${stage.port}/`, {waitUntil: 'networkidle2'});
	assert.match(page.url(), /\/transmission\/web\/$/);
	// Adds it from a file.
	await page.click('#toolbar-open');
	await page.waitForSelector('#upload_container', {visible: true});
	const input = await page.waitForSelector('input#torrent_upload_file');
	await (input as unknown as {uploadFile(path: string): Promise<void>}).uploadFile(file);
	await page.click('#upload_confirm_button');
	const row = await page.waitForSelector('#torrent_list li.torrent');
	const said = (selector: string, text: RegExp) =>
		within(
			30_000,
			`${selector}: ${text}`,
			page.waitForFunction(
				(where: string, what: string) =>
					new RegExp(what).test(document.querySelector(where)?.textContent ?? ''),
				{polling: 100},
				selector,
				text.source,
			),
		);
	await said('#torrent_list li.torrent .torrent_name', /^show$/);
	const hash = (await stage.field(1, 'hashString')) as string;
	await stage.engine.sees(hash, 'downloading', ({state}) => state === 'downloading');
	// Pauses it.
	await row!.click();
	await page.click('#toolbar-pause');
	await stage.engine.sees(hash, 'paused', ({state}) => state === 'paused');
	await said('#torrent_list li.torrent .torrent_peer_details', /Paused/);
	// Looks at it from all sides.
	await page.click('#toolbar-inspector');
	await page.waitForSelector('#torrent_inspector', {visible: true});
	await said('#inspector-info-hash', new RegExp(hash));
	await said('#inspector-info-size', /150/);
	await page.click('#inspector-tab-trackers');
	await said('#inspector_trackers_list', /127\.0\.0\.1/);
	await page.click('#inspector-tab-peers');
	await page.click('#inspector-tab-files');
	await said('#inspector_file_list', /one\.mkv[\s\S]*two\.txt/);
	// Skips a file.
	const boxes = await page.$$('#inspector_file_list .file_wanted_control');
	assert.ok(boxes.length >= 2);
	await boxes.at(-1)!.click();
	await until('a file that is skipped', 30_000, async () =>
		((await stage.field(1, 'wanted')) as number[]).includes(0),
	);
	// Starts it again, by the button in its row.
	await page.click('#toolbar-start');
	await stage.engine.sees(hash, 'downloading', ({state}) => state === 'downloading');
	// Its settings need every one there is; one that is changed is the engine's then.
	await page.evaluate('transmission.prefsDialog.show()');
	await page.waitForSelector('#prefs-dialog', {visible: true});
	const {'download-dir': dir} = await stage.older('session-get');
	const shown = await page.$eval(
		'#prefs-dialog #download-dir',
		input => (input as unknown as {value: string}).value,
	);
	assert.equal(shown, dir);
	await page.click('#prefs-dialog #start-added-torrents');
	await until(
		'a setting that is changed',
		30_000,
		async () => (await stage.older('session-get'))['start-added-torrents'] === false,
	);
	// The first answer to whoever does not know the session is a refusal.
	assert.deepEqual(
		faults.filter(fault => !fault.includes('409')),
		[],
	);
});
