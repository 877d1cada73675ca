import assert from 'node:assert/strict';
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import type {Page} from 'puppeteer-core';
import {readWebPlace} from '../../source/commands/web/web-place.ts';
import {BackgroundEngine} from '../helpers/background-engine.ts';
import {browserNames, openBrowser, openPage, viewports} from '../helpers/browser.ts';
import {until} from '../helpers/deadline.ts';
import {missing, run} from '../helpers/processes.ts';
import {bytesFrom} from '../helpers/torrents.ts';
import {seed, startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const skip = missing(...browserNames) || undefined;
/** Pictures are kept there for a person to look at. */
const pictures = process.env['TORTUI_PICTURES'];

/** What a page shows, row by row. */
function shown(page: Page): Promise<string> {
	return page.$$eval('.xterm-rows > div', rows =>
		rows.map(row => (row.textContent ?? '').replaceAll('\u00A0', ' ')).join('\n'),
	);
}

function sees(page: Page, what: RegExp, ms = 15_000): Promise<RegExpExecArray> {
	let last = '';
	return until(
		() => `${what} on the page, where there is:\n${last}`,
		ms,
		async () => {
			last = await shown(page);
			return what.exec(last);
		},
		20,
	);
}

/** Waits until the card in front of the screen says so. */
function isAsked(page: Page, words: RegExp): Promise<unknown> {
	return until(
		`${words} on the card`,
		15_000,
		async () =>
			words.test(
				await page.$eval('#card:not([hidden]) #words', card => card.textContent ?? '').catch(() => ''),
			),
		20,
	);
}

async function picture(page: Page, name: string): Promise<void> {
	const bytes = await page.screenshot();
	assert.ok(bytes.length > 5000, `${name} has something on it`);
	if (pictures === undefined) return;
	mkdirSync(pictures, {recursive: true});
	writeFileSync(join(pictures, `${name}.png`), bytes);
}

/** Tells a page that something is dropped on it. */
function drop(page: Page, name: string, base64: string): Promise<void> {
	return page.evaluate(
		(fileName, bytes) => {
			const data = new DataTransfer();
			data.items.add(new File([Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0))], fileName));
			for (const type of ['dragenter', 'dragover', 'drop'])
				document.body.dispatchEvent(
					new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}),
				);
		},
		name,
		base64,
	);
}

/** The rows that are shown, and whether anything of the page lies outside of the window. */
function fit(page: Page): Promise<{rows: number; overflows: boolean}> {
	return page.evaluate(() => ({
		rows: document.querySelectorAll('.xterm-rows > div').length,
		overflows:
			document.documentElement.scrollWidth > innerWidth ||
			document.documentElement.scrollHeight > innerHeight,
	}));
}

test('the web screen of an engine, in a browser', {skip}, async t => {
	const space = new Workspace(t);
	const data = space.folder('data');
	writeFileSync(join(data, 'Harbour.bin'), bytesFrom('harbour', 6_000_000));
	writeFileSync(join(data, 'Lighthouse.bin'), bytesFrom('lighthouse', 100_000));
	const [harbour, lighthouse] = await Promise.all(
		['Harbour', 'Lighthouse'].map(async name => {
			const file = space.path(`${name}.torrent`);
			const {ended, stderr} = await run(
				space,
				process.execPath,
				['dist/cli.js', ...['create', join(data, `${name}.bin`), '-o', file, '-l', '32K']],
				{cwd: join(import.meta.dirname, '../..')},
			);
			assert.equal(ended?.code, 0, stderr);
			return file;
		}),
	);
	writeFileSync(space.path('password'), 'correct horse\n');
	const [engine, seeder, browser] = await Promise.all([
		BackgroundEngine.start(space, 'state', [
			...['--web', '0', '--web-password-file', space.path('password'), '--dir', space.folder('down')],
		]),
		seed(space, [`${harbour}=${join(data, 'Harbour.bin')}`, '--max-upload', '150K']),
		openBrowser(space),
	]);
	const url = readWebPlace(space.path('state'))!;
	const link = async (...options: string[]) => {
		const told = startTortui(space, ['web', '--json', '--state-dir', space.path('state'), ...options]);
		await told.end(15_000);
		return (JSON.parse(told.stdout) as {link: string}).link;
	};
	const {id = ''} = await engine.send({
		type: 'torrent.add',
		metainfo: readFileSync(harbour!).toString('base64'),
		options: {peers: [seeder.address]},
	});
	const {page, faults} = await openPage(browser, viewports.desk);

	await t.test('asks who comes, and lets in who knows the password', async () => {
		await page.goto(url);
		await isAsked(page, /password/);
		await picture(page, 'login');
		await page.type('#password', 'wrong battery');
		await page.keyboard.press('Enter');
		await isAsked(page, /not the password/);
		await page.type('#password', 'correct horse');
		await page.keyboard.press('Enter');
		await sees(page, /Harbour\.bin/);
		assert.equal(await page.$('#card:not([hidden])'), null);
		// The first answer to a wrong password is an error of the network, for a browser's console.
		assert.deepEqual(
			faults.filter(fault => !/401/.test(fault)),
			[],
		);
	});

	await t.test('shows pieces as they come', async () => {
		await page.keyboard.press('Enter');
		const [, before] = await sees(page, /(\d+) of 184/);
		await until('more pieces', 20_000, async () => {
			const [, now] = await sees(page, /(\d+) of 184/);
			return Number(now) > Number(before);
		});
		await until('rates in the title', 10_000, async () =>
			/^↓ [\d.]+ [BKM]\/s ↑ [\d.]+ [BKM]\/s · \d+ % Harbour\.bin$/.test(await page.title()),
		);
		await picture(page, 'desk');
	});

	await t.test('does what keys say', async () => {
		await page.keyboard.press('p');
		await engine.sees(id, 'it is paused', ({state}) => state === 'paused');
		await sees(page, /paused/);
		await page.keyboard.press('p');
		await engine.sees(id, 'it goes on', ({state}) => state === 'downloading');
	});

	await t.test('fills its window, whatever size that has', async () => {
		const {rows} = await fit(page);
		await page.setViewport({width: 800, height: 500});
		await until('fewer rows', 10_000, async () => (await fit(page)).rows < rows);
		await sees(page, /Harbour\.bin/);
		assert.equal((await fit(page)).overflows, false);
		await page.setViewport(viewports.desk);
		await until('all rows', 10_000, async () => (await fit(page)).rows === rows);
	});

	await t.test('has no shell to go back to, and does not end the engine', async () => {
		await page.keyboard.down('Control');
		await page.keyboard.press('z');
		await page.keyboard.up('Control');
		await sees(page, /There is no shell here/);
		await page.keyboard.type(':stop');
		await page.keyboard.press('Enter');
		await sees(page, /not ended from here/);
	});

	await t.test('copies to the clipboard of the visitor', async () => {
		await browser
			.defaultBrowserContext()
			.overridePermissions(new URL(url).origin, ['clipboard-read', 'clipboard-sanitized-write']);
		await page.keyboard.press('c');
		await until('a magnet link', 10_000, async () =>
			(await page.evaluate(() => navigator.clipboard.readText())).startsWith(`magnet:?xt=urn:btih:${id}`),
		);
	});

	await t.test('hands a .torrent to the visitor, not to the disk of the engine', async () => {
		const session = await browser.target().createCDPSession();
		const downloads = space.folder('downloads');
		await session.send('Browser.setDownloadBehavior', {behavior: 'allow', downloadPath: downloads});
		await page.keyboard.type('E');
		await sees(page, /Sent to you: Harbour\.bin\.torrent/);
		await until('the file', 10_000, () => readdirSync(downloads).includes('Harbour.bin.torrent'));
		assert.deepEqual(
			readdirSync(space.path('down')).filter(name => name.endsWith('.torrent')),
			[],
		);
	});

	await t.test('takes a .torrent that is dropped on it', async () => {
		await drop(page, 'Lighthouse.torrent', readFileSync(lighthouse!).toString('base64'));
		await sees(page, /Lighthouse\.bin/);
		await page.keyboard.press('Enter');
		await until('it to be added', 10_000, async () => {
			const {torrents = []} = await engine.send({type: 'session.list'});
			return torrents.some(({name}) => name === 'Lighthouse.bin');
		});
	});

	await t.test('comes back by itself when what draws it has died', async () => {
		const children = readFileSync(`/proc/${engine.program.pid}/task/${engine.program.pid}/children`, 'utf8');
		const [screens] = children.trim().split(/\s+/).map(Number);
		process.kill(screens!, 'SIGKILL');
		await until(
			'the line to be lost',
			10_000,
			() => page.$eval('body', body => body.classList.contains('lost')),
			5,
		);
		await until(
			'it to come back',
			15_000,
			() => page.$eval('body', body => !body.classList.contains('lost')),
			20,
		);
		await sees(page, /Harbour\.bin/);
		assert.equal((await engine.send({type: 'session.list'})).torrents?.length, 2);
	});

	await t.test('fits a phone, with keys to touch', async () => {
		const {page: phone, faults: wrong} = await openPage(browser, viewports.phone);
		await phone.goto(url);
		await sees(phone, /Harbour\.bin/);
		assert.equal((await fit(phone)).overflows, false);
		const [, line = ''] = await sees(phone, /(.*)\n/);
		assert.ok(line.length >= 48 && line.length <= 70, `${line.length} columns`);
		await phone.tap('#keys button:nth-child(7)');
		await sees(phone, /(\d+) of 184/);
		await picture(phone, 'phone');
		const press = async (label: string) => {
			for (const button of await phone.$$('#keys button'))
				if ((await button.evaluate(({textContent}) => textContent)) === label) await button.tap();
		};
		await press('help');
		await sees(phone, /Help/);
		await press('esc');
		await press('esc');
		await sees(phone, /Torrents/);
		assert.deepEqual(wrong, []);
		await phone.close();
	});

	await t.test('lets who has a link for looking look, and do nothing', async () => {
		const stranger = await browser.createBrowserContext();
		const {page: theirs} = await openPage(stranger, viewports.desk);
		await theirs.goto(await link('--read-only'));
		await sees(theirs, /Harbour\.bin/);
		assert.doesNotMatch(theirs.url(), /#/);
		await theirs.keyboard.press('P');
		await sees(theirs, /You may only look here/);
		const {torrents = []} = await engine.send({type: 'session.list'});
		assert.ok(torrents.every(({state}) => state !== 'paused'));
		await drop(theirs, 'x.torrent', 'ZA==');
		await until('a word', 10_000, async () =>
			/only look/.test(await theirs.$eval('#notice', ({textContent}) => textContent ?? '')),
		);
		await stranger.close();
	});

	await t.test('runs no script that stands in the page', async () => {
		const ran = await page.evaluate(() => {
			const script = document.createElement('script');
			script.textContent = 'window.ran = true';
			document.body.append(script);
			return 'ran' in window;
		});
		assert.equal(ran, false);
	});

	await t.test('is left by q, and come back to', async () => {
		await page.keyboard.press('q');
		await isAsked(page, /You left the screen\. Downloads go on\./);
		await page.keyboard.press('Enter');
		await sees(page, /Harbour\.bin/);
	});

	await t.test('forgets a browser that logs out', async () => {
		const stranger = await browser.createBrowserContext();
		const {page: theirs} = await openPage(stranger, viewports.desk);
		await theirs.goto(await link());
		await sees(theirs, /Harbour\.bin/);
		await theirs.keyboard.press('q');
		await isAsked(theirs, /You left the screen/);
		await theirs.click('#other');
		await isAsked(theirs, /Type the password/);
		await theirs.reload();
		await isAsked(theirs, /Type the password/);
		await stranger.close();
	});

	await t.test('ends with the engine, and its page waits for the next', async () => {
		await engine.stop();
		await until('a word about it', 10_000, async () =>
			/connection is lost/.test(await page.$eval('#notice', ({textContent}) => textContent ?? '')),
		);
		assert.equal(readWebPlace(space.path('state')), undefined);
		const left = readdirSync(space.path('state/web'), {recursive: true});
		assert.deepEqual(
			left.filter(name => /screens|\.torrent$/.test(String(name))),
			[],
		);
	});
});
