import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import type {Millis} from '../../base/units.js';
import {findGateways} from '../../io/lan/default-gateway.js';
import {machineClock} from '../../io/machine/clock.js';
import {openFileLimit} from '../../io/machine/open-file-limit.js';
import {openDatagramSocket} from '../../io/net/datagram-socket.js';
import {InterfaceAddresses} from '../../io/net/interface-addresses.js';
import {familyOf, LocalAddresses} from '../../io/net/local-addresses.js';
import {probeName} from '../../io/net/name-probe.js';
import {addressTowards} from '../../io/net/name-servers.js';
import {ProxyWay} from '../../io/net/proxy/proxy-way.js';
import {makeSockets, type WayOut} from '../../io/net/sockets.js';
import {TcpTransport} from '../../io/net/tcp-transport.js';
import type {ProxyAddress} from '../../protocol/transport/proxy-address.js';
import {showsUtf8} from '../../ui/look/paint.js';
import {defineCommand} from '../arguments/command.js';
import {examine} from '../doctor/examine.js';
import type {Finding, FindingLevel} from '../doctor/finding.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import {wrap} from '../output/paragraphs.js';
import {screenEnvironment} from '../screen/show-screen.js';
import {remoteOptions} from '../torrents/engine-options.js';

const marks: Readonly<Record<FindingLevel, readonly [mark: string, ascii: string, word: string]>> = {
	ok: ['✓', '+', 'ok'],
	warning: ['!', '!', 'warning'],
	wrong: ['✗', 'x', 'wrong'],
	unknown: ['–', '-', 'unknown'],
};

/** So long a proxy has to take us. In ms. */
const proxyTime = 2000;

/** Takes the listen port and lets it go. */
async function tryPort(port: number, bind: readonly string[]): Promise<void> {
	const listener = await new TcpTransport(new LocalAddresses(bind), machineClock).listen(
		{port},
		() => undefined,
	);
	try {
		for (const address of bind.length > 0 ? bind : [undefined]) {
			const family = address === undefined ? 4 : familyOf(address);
			const socket = await openDatagramSocket({family, port: listener.port, address}, () => {});
			socket.close();
		}
	} finally {
		await listener.close();
	}
}

/** Looks up a name as the engine does: by its interface and servers where there are any. */
function lookUp(name: string, time: Millis, way: WayOut): Promise<readonly string[]> {
	if (way.interface === undefined && !way.dnsServers?.length) return probeName(name, time);
	return makeSockets({clock: machineClock, ...way, userAgent: 'tortui'}).resolver.lookUp(name);
}

/** The addresses of an interface now. */
function addressesOf(name: string): readonly string[] {
	return new LocalAddresses([], new InterfaceAddresses(name)).all;
}

/** Has a proxy take us, and goes nowhere by it. */
async function tryProxy(address: ProxyAddress, wayOut: WayOut): Promise<void> {
	const clock = machineClock;
	const {local, resolver} = makeSockets({clock, ...wayOut, userAgent: 'tortui'});
	const way = new ProxyWay({address, clock, local, lookUp: resolver.lookUp});
	await way.probe(AbortSignal.timeout(proxyTime));
}

/** Cells before the text of a finding. */
const textAt = 21;

/** @param columns of the terminal; undefined: lines are not broken */
function lines(found: readonly Finding[], isUtf8: boolean, columns: number | undefined): string[] {
	const room = columns === undefined ? Infinity : Math.max(30, columns - textAt - 1);
	const margin = ' '.repeat(textAt);
	return found.flatMap(({check, level, text, advice}) => {
		const [mark, ascii, word] = marks[level];
		const head = `${isUtf8 ? mark : ascii} ${word.padEnd(8)} ${check.padEnd(9)} `;
		const [first = '', ...more] = wrap(terminalLine(text), room);
		const hint = advice === undefined ? [] : wrap(`${isUtf8 ? '→' : '->'} ${terminalLine(advice)}`, room);
		return [`${head}${first}`, ...[...more, ...hint].map(line => `${margin}${line}`)];
	});
}

/** Looks at all that tortui needs, and says what to do. */
export const command = defineCommand({
	name: 'doctor',
	usage: ['doctor [options]'],
	summary: 'Looks at all that tortui needs to do well, and says what to do where it does not.',
	words: [0, 0],
	options: remoteOptions,
	notes: [
		'Looked at: engine, torrents, config file, state folder, listen port, gateway, interface, proxy, names, DHT, trackers, disk, open files, terminal, clock; within 5 s, with or without an engine or a network. Nobody is asked but those whom your settings and torrents name.',
		'',
		'ok: it does. warning: it may get in the way. wrong: it is broken, and the exit status is 1. unknown: nobody can tell. --json: an object with ok, version, and checks: check, level, text, and advice where something is to be done.',
	],
	async run({flags}, context) {
		const {env, stdout, version} = context;
		const found = await examine(
			{
				stateDir: stateDirPath(flags.stateDir, env),
				engineTime: 2000,
				checkTime: 2500,
				now: () => machineClock.wall(),
				fileLimit: openFileLimit,
				tryPort,
				lookUp,
				addressesOf,
				// Nobody is there, which does not matter: nothing is sent.
				addressOutwards: () => addressTowards('198.51.100.1'),
				tryProxy,
				gateways: findGateways,
			},
			context,
		);
		const isUtf8 = showsUtf8(screenEnvironment(env).locale);
		const isWell = !found.some(({level}) => level === 'wrong');
		if (flags.json) stdout.write(`${terminalJson({ok: isWell, version, checks: found}, 2)}\n`);
		else stdout.write(`${lines(found, isUtf8, stdout.isTTY ? stdout.columns : undefined).join('\n')}\n`);
		return isWell ? 0 : 1;
	},
});
