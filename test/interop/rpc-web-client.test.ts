import assert from 'node:assert/strict';
import {existsSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {type Browser, launch, type Page} from 'puppeteer-core';
import {openStage} from '../bridge/rpc/rpc-stage.ts';
import {within} from '../helpers/deadline.ts';
import {findProgram} from '../helpers/processes.ts';
import type {Workspace} from '../helpers/workspace.ts';

const web = '/usr/share/transmission/web';
const chromium = findProgram('chromium');
const skip = chromium === undefined ? 'no chromium' : existsSync(`${web}/index.html`) ? false : `no ${web}`;

async function openPage(
	space: Workspace,
	url: string,
): Promise<{browser: Browser; page: Page; faults: string[]}> {
	const browser = await launch({
		executablePath: chromium!,
		args: ['--no-sandbox', '--disable-gpu', '--no-proxy-server'],
		userDataDir: space.folder('browser'),
		timeout: 60_000,
	});
	space.defer(() => browser.close());
	const page = await browser.newPage();
	page.setDefaultTimeout(30_000);
	await page.setViewport({width: 1200, height: 800});
	const faults: string[] = [];
	page.on('pageerror', error => faults.push(String(error)));
	page.on('response', response => {
		if (response.status() >= 400 && response.status() !== 409)
			faults.push(`${response.status()} ${response.url()}`);
	});
	await page.goto(url, {waitUntil: 'networkidle2'});
	return {browser, page, faults};
}

test('the web client of Transmission adds a torrent, pauses it, shows its files and skips one', {
	skip,
}, async t => {
	const stage = await openStage(t, {web}, {trackers: true});
	const file = stage.space.path('show.torrent');
	writeFileSync(file, Buffer.from(stage.metainfo('show', ['http://127.0.0.1:1/announce']), 'base64'));
	const {page, faults} = await openPage(stage.space, `http://127.0.0.1:${stage.port}/`);
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
	await within(
		30_000,
		'a file that is skipped',
		(async () => {
			while (!((await stage.field(1, 'wanted')) as number[]).includes(0)) await page.evaluate(() => 0);
		})(),
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
	await within(
		30_000,
		'a setting that is changed',
		(async () => {
			while ((await stage.older('session-get'))['start-added-torrents'] === true)
				await page.evaluate(() => 0);
		})(),
	);
	assert.deepEqual(faults, []);
});
