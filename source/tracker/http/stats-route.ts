import {terminalJson} from '../../base/terminal-text.js';
import type {ServerFacts} from '../server-facts.js';
import type {TrackerService, TrackerStats} from '../tracker-service.js';
import type {HttpAnswer, HttpRequest, HttpRoute} from './http-route.js';
import {metricsText} from './metrics-text.js';

const paths: ReadonlySet<string> = new Set(['/', '/stats', '/metrics', '/robots.txt']);

/** Answers `/`, a page for people, `/stats` as JSON and `/metrics` for Prometheus. Totals only: nobody is named. */
export class StatsRoute implements HttpRoute {
	readonly #service: TrackerService;
	readonly #facts: () => ServerFacts;

	constructor(service: TrackerService, facts: () => ServerFacts) {
		this.#service = service;
		this.#facts = facts;
	}

	handles(path: string): boolean {
		return paths.has(path);
	}

	handle(request: HttpRequest): HttpAnswer {
		const {method, path, bodyLength} = request;
		if (method !== 'GET' && method !== 'HEAD')
			return {status: 405, type: 'text/plain; charset=utf-8', body: 'only GET\n'};
		if (bodyLength !== 0) return {status: 413, type: 'text/plain; charset=utf-8', body: 'no bodies\n'};
		const {stats, isPrivate} = this.#service;
		const facts = this.#facts();
		switch (path) {
			case '/stats':
				return {
					status: 200,
					type: 'application/json; charset=utf-8',
					body: `${terminalJson({...stats, isPrivate, ...facts}, 2)}\n`,
				};
			case '/metrics':
				return {
					status: 200,
					type: 'text/plain; version=0.0.4; charset=utf-8',
					body: metricsText(stats, facts),
				};
			case '/robots.txt':
				return {
					status: 200,
					type: 'text/plain; charset=utf-8',
					body: 'User-agent: *\nDisallow: /announce\nDisallow: /scrape\n',
				};
			default:
				return {
					status: 200,
					type: 'text/html; charset=utf-8',
					body: page(stats, facts, isPrivate, hostIn(request)),
					headers: {'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'"},
				};
		}
	}
}

/** The host that the visitor asked for, where it can stand in a page. */
function hostIn(request: HttpRequest): string | undefined {
	return /^(?:[\w.-]{1,253}|\[[\da-fA-F:.]{2,45}\])(?::\d{1,5})?$/.exec(request.header('host') ?? '')?.[0];
}

/** Reads well without any style: a heading, two short tables, three links. */
function page(
	{torrents, peers, announced, counts, uptime, interval}: TrackerStats,
	{port, hasTls, store}: ServerFacts,
	isPrivate: boolean,
	asked: string | undefined,
): string {
	const host = asked ?? `this-host:${port}`;
	const key = isPrivate ? '/PASSKEY' : '';
	const urls = [
		`http://${host}${key}/announce`,
		...(hasTls ? [`https://${host}${key}/announce`] : []),
		`udp://${host.replace(/(?::\d+)?$/, `:${port}`)}${key}/announce`,
	];
	const {http, https, udp} = counts.announces;
	const rows: ReadonlyArray<readonly [string, string]> = [
		['Torrents', count(torrents)],
		['Peers', count(peers)],
		['Seeders', count(announced.seeders)],
		['Leechers', count(announced.leechers)],
		['Downloads completed', count(announced.completed)],
		['Announces', count(http + https + udp)],
		['Up for', spanOf(uptime)],
		...(store === undefined ? [] : [['Store', store] as const]),
	];
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>BitTorrent tracker</title>
<style>body{font:16px/1.5 sans-serif;max-width:40em;margin:2em auto;padding:0 1em}td{padding:0 1em 0 0}td+td{text-align:right}</style>
</head>
<body>
<h1>BitTorrent tracker</h1>
<p>${isPrivate ? 'It is private: every member has a passkey of their own. ' : ''}Announce to:</p>
<ul>
${urls.map(url => `<li><code>${escapeHtml(url)}</code></li>`).join('\n')}
</ul>
<table>
${rows.map(([name, value]) => `<tr><td>${name}</td><td>${escapeHtml(value)}</td></tr>`).join('\n')}
</table>
<p>Peers are asked to announce every ${spanOf(interval)}.</p>
<p>Figures: <a href="/stats">as JSON</a>, <a href="/metrics">for Prometheus</a>.${isPrivate ? '' : ' <a href="/torrents">Torrents as JSON</a>.'}</p>
</body>
</html>
`;
}

function count(value: number): string {
	return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

function spanOf(seconds: number): string {
	if (seconds < 120) return `${seconds} s`;
	if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
	return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`;
}

function escapeHtml(value: string): string {
	return value.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`);
}
