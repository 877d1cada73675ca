/** A room of the house: a folder in source/, or `cli` for cli.tsx itself. */
export interface Room {
	/** Rooms it may import from, beside itself. */
	readonly rooms: readonly string[];
	/** Packages it may import from. */
	readonly packages: readonly string[];
	/** Whether it may import from `node:`. */
	readonly node: boolean;
	/** Whether it only computes: no clock, no chance, no environment, no timers. */
	readonly pure?: boolean;
}

/** The widgets' libraries: what draws, and measures what is drawn. */
const drawing = ['react', 'ink', 'ink-table', 'chalk', 'string-width'];

/** Who may import from where. The picture in the README is drawn from this. */
export const rooms: Readonly<Record<string, Room>> = {
	base: {rooms: [], packages: [], node: false, pure: true},
	api: {rooms: ['base'], packages: [], node: false, pure: true},
	protocol: {rooms: ['base'], packages: ['bencode'], node: false, pure: true},
	policy: {rooms: ['base', 'protocol'], packages: [], node: false, pure: true},
	io: {rooms: ['base', 'protocol', 'policy', 'api'], packages: [], node: true},
	engine: {rooms: ['base', 'protocol', 'policy', 'api', 'io'], packages: [], node: false},
	creator: {rooms: ['base', 'protocol', 'policy', 'api', 'io'], packages: [], node: true},
	importer: {rooms: ['base', 'protocol', 'policy', 'api', 'io'], packages: [], node: true},
	tracker: {rooms: ['base', 'protocol', 'policy', 'api', 'io'], packages: [], node: true},
	automation: {rooms: ['base', 'protocol', 'policy', 'api', 'io'], packages: [], node: true},
	bridge: {rooms: ['base', 'api'], packages: ['ws'], node: true},
	page: {
		rooms: [],
		packages: [
			'@xterm/xterm',
			'@xterm/addon-fit',
			'@xterm/addon-unicode11',
			'@xterm/addon-web-links',
			'@xterm/addon-webgl',
		],
		node: false,
	},
	ui: {rooms: ['base', 'api'], packages: drawing, node: false},
	commands: {
		rooms: [
			'base',
			'protocol',
			'policy',
			'api',
			'io',
			'engine',
			'creator',
			'importer',
			'tracker',
			'automation',
			'bridge',
			'ui',
		],
		packages: ['jsonc-parser', 'meow', ...drawing],
		node: true,
	},
	cli: {rooms: ['base', 'commands'], packages: ['meow'], node: true},
};

/** What opens a socket or looks up a name. */
const opensSockets = /^node:(?:net|dgram|tls|https?|http2|dns)(?:\/|$)/;
/**
 * Where that may be: everything the engine sends goes through io/net, where it is bound to addresses and can be led
 * through a proxy; screens and scripts reach the engine by a local socket, remotes and browsers by HTTP, and our own tracker listens.
 */
const socketRooms = ['io/net/', 'bridge/socket/', 'bridge/http/', 'bridge/web/', 'tracker/'];

/** The same without an import. */
const globalSockets = /\bawait\s+fetch\s*\(|\bglobalThis\.fetch\b|\bnew\s+(?:WebSocket|EventSource)\b/;

/** What a room that only computes may not say, and what it should do instead. */
const impurities: ReadonlyArray<readonly [pattern: RegExp, instead: string]> = [
	[/\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)/, 'takes the time as `now`'],
	[/\bperformance\s*\./, 'takes the time as `now`'],
	[/\bMath\.random\b/, 'takes chance as `random`'],
	[/\bcrypto\s*\./, 'takes chance as `random` and hash functions as parameters'],
	[/\bprocess\s*[.[]/, 'is told what it needs of the environment'],
	[/\b(?:setTimeout|setInterval|setImmediate)\b/, 'says when to be asked again with nextDeadline()'],
	[/\bBuffer\b/, 'uses Uint8Array'],
];

/** One import as it is written, and what it names. */
export interface Import {
	readonly specifier: string;
	readonly line: number;
}

/**
 * The source with comments and the insides of strings blanked out: same length, same lines. Regular expression
 * literals are left as they are.
 */
export function withoutProse(source: string): string {
	return source.replace(
		/\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=[=(,:[!&|?{};\n]\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g,
		found => {
			const kind = found[0]!;
			if (kind === '/' && found[1] !== '/' && found[1] !== '*') return found;
			const blank = (text: string) => text.replace(/[^\n]/g, ' ');
			// What stands in ${…} is code.
			if (kind === '`') return found.replace(/(\$\{[^}]*\})|[\s\S]/g, (all, code) => code ?? blank(all));
			return kind === '/' ? blank(found) : kind + blank(found.slice(1, -1)) + kind;
		},
	);
}

/** Every import, export from, dynamic import, import type and require of a file. */
export function importsOf(source: string): Import[] {
	const bare = withoutProse(source);
	const found: Import[] = [];
	const openings =
		/\b(?:import|export)\b(?=[^;'"`]*?\bfrom\s*['"])[^;'"`]*?\bfrom\s*(['"])|\bimport\s*(['"])|\b(?:import|require|createRequire\s*\([^()]*\))\s*\(\s*(['"])/g;
	for (const match of bare.matchAll(openings)) {
		const start = match.index + match[0].length;
		const end = bare.indexOf(match[1] ?? match[2] ?? match[3]!, start);
		found.push({specifier: source.slice(start, end), line: source.slice(0, start).split('\n').length});
	}
	return found;
}

/** The room of a path below source/, such as `io/network.ts`. */
export function roomOf(path: string): string {
	// It runs in browsers, whatever is around it.
	if (path.startsWith('bridge/web/page/')) return 'page';
	return path.includes('/') ? path.slice(0, path.indexOf('/')) : path.replace(/\.tsx?$/, '');
}

/** Where the single executable begins, before cli.tsx: what it lacks ends it. */
const executableStart = 'commands/executable/start.ts';

/** One sentence for every rule that a file breaks. `path` is below source/, `/` between its elements. */
export function brokenRules(path: string, source: string): string[] {
	const name = roomOf(path);
	const room = rooms[name];
	const at = (line: number) => `source/${path}:${line}`;
	if (!room)
		return [`source/${path} is in no room that the architecture knows (${Object.keys(rooms).join(', ')})`];
	const sentences: string[] = [];
	for (const {specifier, line} of importsOf(source)) {
		if (specifier.startsWith('.')) {
			const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
			const other = roomOf(target);
			if (other !== name && !room.rooms.includes(other))
				sentences.push(
					`${at(line)}: ${name} may not import from ${other}, only from ${[...room.rooms, 'itself'].join(', ')}`,
				);
		} else if (specifier.startsWith('node:')) {
			if (!room.node) sentences.push(`${at(line)}: ${name} may not import from node:, here ${specifier}`);
			else if (opensSockets.test(specifier) && !socketRooms.some(folder => path.startsWith(folder)))
				sentences.push(`${at(line)}: only ${socketRooms.join(', ')} may open sockets, here ${specifier}`);
		} else {
			const owner = specifier
				.split('/')
				.slice(0, specifier.startsWith('@') ? 2 : 1)
				.join('/');
			if (!room.packages.includes(owner))
				sentences.push(`${at(line)}: ${name} may not import the package ${owner}`);
		}
	}
	const lines = withoutProse(source).split('\n');
	for (const [index, text] of lines.entries()) {
		if (room.pure) {
			for (const [pattern, instead] of impurities) {
				const match = pattern.exec(text);
				if (match) sentences.push(`${at(index + 1)}: ${name} may not use ${match[0]}: it ${instead}`);
			}
		}
		if (name !== 'cli') {
			const opened = name === 'page' ? null : globalSockets.exec(text);
			if (opened)
				sentences.push(`${at(index + 1)}: only io/net/ speaks to other machines, here ${opened[0]}`);
			const match = /\bprocess\.(?:exit\b|abort\b|reallyExit\b|exitCode\s*=[^=])/.exec(text);
			if (match && path !== executableStart)
				sentences.push(`${at(index + 1)}: only cli.tsx exits, here ${match[0]}`);
		}
	}
	return sentences;
}
