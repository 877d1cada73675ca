import type {SessionView, TrackerView} from '../../api/snapshot.js';
import {parseIp} from '../../base/ip-address.js';
import type {Millis} from '../../base/units.js';
import type {WayOut} from '../../io/net/sockets.js';
import type {ProxyAddress} from '../../protocol/transport/proxy-address.js';
import {count} from '../../ui/text/format.js';
import {bootstrapNodes} from '../arguments/engine-quantities.js';
import {proxySetting, withoutPassword} from '../arguments/proxy-setting.js';
import type {DoctorSettings} from './doctor-settings.js';
import {type Finding, findings} from './finding.js';

const usualPort = 6881;

/** What checks of the network ask of this machine. */
export interface NetworkGround {
	/** Takes the port on the addresses that are bound, TCP and UDP, and lets it go; rejects with the system's error. */
	readonly tryPort: (port: number, bind: readonly string[]) => Promise<void>;
	/** Addresses of a name, within a time; rejects when there are none. */
	readonly lookUp: (name: string, time: Millis, way: WayOut) => Promise<readonly string[]>;
	/** Sees whether a proxy takes us, by the way that is set; rejects with why it does not. */
	readonly tryProxy: (address: ProxyAddress, way: WayOut) => Promise<void>;
	/** The addresses of an interface, or the one it is named by; none while it is not there. */
	readonly addressesOf: (name: string) => readonly string[];
	/** From which address the system would send to the internet; undefined when it has no way there. Nothing is sent. */
	readonly addressOutwards: () => Promise<string | undefined>;
	/** The gateways by the table of routes. */
	readonly gateways: () => Promise<ReadonlyArray<{readonly host: string}>>;
}

/** By which way the engine sends. */
export const wayOf = ({bind, interface: name, dnsServer}: DoctorSettings): WayOut => ({
	bind,
	interface: name,
	dnsServers: dnsServer,
});

const isOnlyHere = (bind: readonly string[]): boolean =>
	bind.length > 0 && bind.every(address => /^(?:127\.|::1$)/.test(address));

/** Whether the listen port can be had, and whether others reach it, as far as somebody knows. */
export async function checkPort(
	settings: DoctorSettings,
	session: SessionView | undefined,
	{tryPort, addressesOf}: Pick<NetworkGround, 'tryPort'> & Partial<Pick<NetworkGround, 'addressesOf'>>,
): Promise<Finding[]> {
	const check = findings('port');
	const {interface: name} = settings;
	const bind = name === undefined ? settings.bind : (addressesOf?.(name) ?? []);
	if (name !== undefined && bind.length === 0)
		return [check.unknown(`it is listened on when ${name} is there`)];
	if (settings.proxy !== undefined) return [check.ok('nobody comes in through a proxy: no port is needed')];
	if (session !== undefined) return [portOfEngine(session, bind)];
	const port = settings.port ?? usualPort;
	try {
		await tryPort(port, bind);
	} catch (error) {
		const {code = ''} = error as NodeJS.ErrnoException;
		if (code === 'EADDRNOTAVAIL')
			return [
				check.wrong(
					`this machine has not all of the addresses of bind: ${bind.join(', ')}`,
					'ip address tells those it has: tortui config set bind ADDRESS',
				),
			];
		if (code === 'EACCES')
			return [
				check.wrong(
					`port ${port} is not for users to listen on`,
					'choose one above 1023: tortui config set port 6881',
				),
			];
		if (code !== 'EADDRINUSE')
			return [check.wrong(`port ${port} cannot be listened on: ${code || (error as Error).message}`)];
		return settings.port === undefined
			? [
					check.warning(
						`port ${port} is taken by another program: the next free one is used`,
						'name one, so that it stays the same: tortui config set port N',
					),
				]
			: [
					check.wrong(
						`port ${port} is taken by another program`,
						'end that, or choose another: tortui config set port N',
					),
				];
	}
	const text = port === 0 ? 'any free port is taken' : `port ${port} is free for TCP and UDP`;
	return [check.ok(`${text}; whether others reach it a running engine finds out`)];
}

function portOfEngine({port, portState, portMapping}: SessionView, bind: readonly string[]): Finding {
	const {ok, warning, wrong, unknown} = findings('port');
	if (port === 0)
		return wrong(
			'the engine listens on no port',
			'another program may have taken it: tortui log --level warn',
		);
	if (isOnlyHere(bind))
		return unknown(`the engine listens on port ${port} of this machine alone: nobody else is to reach it`);
	if (portState === 'open') return ok(`others reach port ${port}`);
	const advice = `have the router pass TCP and UDP port ${port} to this machine`;
	if (portState === 'closed') return wrong(`others cannot reach port ${port}`, advice);
	if (portMapping?.state === 'open') return ok(`the gateway passes on port ${port}; nobody has come in yet`);
	return warning(`nobody has come in at port ${port} yet: only those that we dial are met`, advice);
}

/** Whether there is a way out, and whether the gateway opens the port. */
export async function checkGateway(
	{portMap, bind, proxy}: DoctorSettings,
	session: SessionView | undefined,
	{gateways}: Pick<NetworkGround, 'gateways'>,
): Promise<Finding[]> {
	const {ok, warning, unknown} = findings('gateway');
	if (proxy !== undefined)
		return [unknown('it is not asked to open a port: everything goes through the proxy')];
	if (isOnlyHere(bind)) return [unknown('nothing leaves this machine: only its own addresses are bound')];
	const found = (await gateways()).map(({host}) => host);
	const hosts = found.join(', ');
	if (found.length === 0)
		return [
			warning(
				'this machine has no gateway: only its own network is reached',
				'see the table of routes: ip route',
			),
		];
	if (!portMap) return [unknown(`${hosts}; it is not asked to open the port: no-port-map is set`)];
	if (session === undefined) return [ok(`${hosts}; a running engine asks it to open the port`)];
	const {portMapping} = session;
	if (portMapping === undefined || portMapping.state === 'none')
		return [unknown(`${hosts}; ${portMapping?.text ?? 'it is not asked to open the port'}`)];
	if (portMapping.state === 'open') return [ok(portMapping.text)];
	if (portMapping.state === 'asking') return [unknown(portMapping.text)];
	return session.portState === 'open'
		? [ok(`${portMapping.text}; the port is open all the same`)]
		: [warning(portMapping.text, 'allow UPnP, NAT-PMP or PCP in the router, or have it pass on the port')];
}

/**
 * Whether the interface that everything goes by is there, and whether what is sent from its address would leave by it, as far
 * as the system tells.
 */
export async function checkInterface(
	{interface: name}: DoctorSettings,
	session: SessionView | undefined,
	{addressesOf, addressOutwards}: Pick<NetworkGround, 'addressesOf' | 'addressOutwards'>,
): Promise<Finding[]> {
	const {ok, warning, wrong} = findings('interface');
	if (name === undefined) return [];
	const gone = session?.interface?.gone;
	const addresses = addressesOf(name);
	if (gone !== undefined || addresses.length === 0)
		return [
			wrong(
				gone ?? `${name} is not there: nothing is sent until it is`,
				'start the VPN, or see ip address: tortui config set interface NAME',
			),
		];
	const outwards = await addressOutwards();
	const is = `${name} has ${addresses.join(' and ')}: everything goes by it`;
	return outwards === undefined || addresses.includes(outwards)
		? [ok(is)]
		: [
				warning(
					`${name} has ${addresses.join(' and ')}, but the system sends to the internet from ${outwards}: packets may leave by that one`,
					'let the default route lead through the interface, or a table of routes by source: see media/network.md',
				),
			];
}

/**
 * Whether the proxy that is set lets us through: as the engine that runs knows, or as it is when it is tried.
 */
export async function checkProxy(
	settings: DoctorSettings,
	session: SessionView | undefined,
	env: NodeJS.ProcessEnv,
	{tryProxy}: Pick<NetworkGround, 'tryProxy'>,
): Promise<Finding[]> {
	const {ok, warning, wrong, unknown} = findings('proxy');
	if (settings.proxy === undefined) return [];
	const name = withoutPassword(settings.proxy);
	const advice = 'nothing goes around it: see that it runs, and what tortui config says of proxy';
	const view = session?.proxy;
	if (view !== undefined) {
		if (view.state === 'down') return [wrong(`${view.url} lets nobody through: ${view.why}`, advice)];
		if (view.state === 'unknown') return [unknown(`${view.url} has not been tried yet`)];
		return view.udp === 'no'
			? [warning(`${view.url} lets us through, but passes no UDP on: no DHT, no uTP, no UDP trackers`)]
			: [ok(`${view.url} lets us through`)];
	}
	try {
		const address = proxySetting(settings, env);
		if (address !== undefined) await tryProxy(address, wayOf(settings));
		return [ok(`${name} lets us through`)];
	} catch (error) {
		return [wrong(`${name}: ${(error as Error).message}`, advice)];
	}
}

/** The names that the settings and the torrents have looked up; addresses are none. */
export function namesToLookUp(
	{dht, dhtBootstrap, catalogue, trackers}: DoctorSettings,
	announceUrls: readonly string[],
): string[] {
	const hostOf = (url: string): string[] => {
		if (!URL.canParse(url)) return [];
		const host = new URL(url.replace(/^udp:/, 'http:')).hostname;
		return host === '' ? [] : [host];
	};
	const hosts = [
		...(trackers ? announceUrls.flatMap(hostOf) : []),
		...catalogue.flatMap(hostOf),
		...(dht ? bootstrapNodes(dhtBootstrap).map(({host}) => host) : []),
	];
	const names = hosts.map(host => host.replace(/^\[|\]$/g, '').toLowerCase());
	return [...new Set(names)].filter(name => parseIp(name) === undefined && name !== 'localhost').slice(0, 10);
}

/** With a proxy none is looked up here. */
export function namesThroughProxy(): Finding[] {
	return [findings('DNS').unknown('the proxy looks up names: none is asked for here')];
}

/** Whether names are looked up: those that the settings and the torrents have, and no others. */
export async function checkNames(
	names: readonly string[],
	time: Millis,
	{lookUp}: Pick<NetworkGround, 'lookUp'>,
	way: WayOut = {bind: []},
): Promise<Finding[]> {
	const {ok, warning, wrong, unknown} = findings('DNS');
	if (names.length === 0) return [unknown('no setting and no torrent has a name to look up')];
	const ask = async (name: string): Promise<string | undefined> => {
		const late = Promise.withResolvers<string>();
		const timer = setTimeout(() => late.resolve(`no answer within ${time / 1000} s`), time);
		try {
			return await Promise.race([lookUp(name, time, way).then(() => undefined), late.promise]);
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code === 'ENOTFOUND') return 'there is no such name';
			return code === 'ETIMEOUT' ? 'no name server answers' : (code ?? (error as Error).message);
		} finally {
			clearTimeout(timer);
		}
	};
	const answers = await Promise.all(names.map(async name => [name, await ask(name)] as const));
	const failed = answers.filter(([, why]) => why !== undefined);
	if (failed.length === 0)
		return [
			ok(
				`${count(names.length, 'name')} found: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`,
			),
		];
	const [[first, why]] = failed as [readonly [string, string]];
	if (failed.length === names.length)
		return [
			wrong(
				`no name can be looked up: ${first}: ${why}`,
				'see whether this machine is on a network, and /etc/resolv.conf',
			),
		];
	return failed.map(([name, reason]) => warning(`${name}: ${reason}`));
}

/** How the DHT does. */
export function checkDht({dht}: DoctorSettings, session: SessionView | undefined): Finding[] {
	const {ok, warning, wrong, unknown} = findings('DHT');
	if (!dht) return [unknown('off: no-dht is set')];
	if (session === undefined) return [unknown('a running engine finds out')];
	const {dht: view, dhtNodes} = session;
	if (view === undefined || view.state === 'off')
		return [unknown(`off${view?.why === undefined ? '' : `: ${view.why}`}`)];
	const nodes = count(dhtNodes, 'node');
	const why = view.why === undefined ? '' : `: ${view.why}`;
	if (view.state === 'good') return [ok(`${nodes} answer`)];
	if (dhtNodes === 0 && session.uptime >= 120)
		return [wrong(`no node answers${why}`, 'see whether a firewall keeps back UDP, and: tortui dht')];
	return [warning(`${view.state}, ${nodes} answer${why}`, 'it may take some minutes; tortui dht tells more')];
}

/** What the trackers of the torrents say, a line for each that does not work. */
export function checkTrackers(trackers: readonly TrackerView[], isKnown: boolean): Finding[] {
	const {ok, warning, wrong, unknown} = findings('trackers');
	if (!isKnown) return [unknown('a running engine finds out')];
	const byHost = new Map<string, TrackerView[]>();
	for (const tracker of trackers) {
		if (tracker.kind !== 'tracker' || tracker.state === 'off') continue;
		const host = URL.canParse(tracker.url)
			? new URL(tracker.url.replace(/^udp:/, 'http:')).host
			: tracker.url;
		byHost.set(host, [...(byHost.get(host) ?? []), tracker]);
	}
	if (byHost.size === 0) return [unknown('no torrent that runs has any')];
	const broken = [...byHost]
		.filter(([, views]) => !views.some(({state}) => state === 'working'))
		.flatMap(([host, views]) => {
			const found = views.find(({state, trouble}) => state === 'retrying' || trouble !== undefined);
			return found === undefined ? [] : [[host, found.status] as const];
		});
	const working = byHost.size - broken.length;
	if (broken.length === 0) return [ok(`${count(byHost.size, 'tracker')}, none has failed`)];
	const say = working === 0 ? wrong : warning;
	const shown = broken.slice(0, 5).map(([host, status]) => say(`${host}: ${status}`));
	if (broken.length > shown.length)
		shown.push(say(`and ${broken.length - shown.length} more`, 'tortui trackers all tells them'));
	return shown;
}
