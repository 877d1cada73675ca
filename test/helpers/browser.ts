import {type Browser, type BrowserContext, launch, type Page} from 'puppeteer-core';
import {findProgram} from './processes.ts';
import type {Workspace} from './workspace.ts';

/** The browsers that are looked for. */
export const browserNames = ['chromium'] as const;

/**
 * A browser without a window, closed when the test ends. It draws without a graphics card: text stays text, for tests to
 * read.
 */
export async function openBrowser(space: Workspace): Promise<Browser> {
	const browser = await launch({
		executablePath: findProgram(browserNames[0])!,
		headless: true,
		userDataDir: space.folder('browser'),
		timeout: 60_000,
		args: [
			'--no-sandbox',
			'--disable-3d-apis',
			'--disable-dev-shm-usage',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
			'--no-first-run',
			'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
		],
	});
	space.defer(() => browser.close());
	return browser;
}

/** A desk, or a phone that is held upright. */
export const viewports = {
	desk: {width: 1280, height: 800, deviceScaleFactor: 1},
	phone: {width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true},
} as const;

/** A page, with all that goes wrong in it. */
export interface WatchedPage {
	readonly page: Page;
	/** Errors of scripts, of the console, and what the policy of the page forbids. */
	readonly faults: readonly string[];
}

/** A new page of a browser, or of somebody else's who uses it. */
export async function openPage(
	browser: Browser | BrowserContext,
	viewport: (typeof viewports)[keyof typeof viewports],
): Promise<WatchedPage> {
	const page = await browser.newPage();
	const faults: string[] = [];
	page.setDefaultTimeout(15_000);
	page.on('pageerror', error => faults.push(String(error)));
	page.on('console', message => {
		if (message.type() === 'error') faults.push(`${message.text()} ${message.location().url ?? ''}`);
	});
	await page.setViewport(viewport);
	await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: 'dark'}]);
	return {page, faults};
}
