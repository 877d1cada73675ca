import {ProtocolError} from '../../base/errors.js';
import type {Seconds} from '../../base/units.js';
import type {MappedTransport} from './pcp.js';
import {childText, everyElement, parseXml} from './xml.js';

/** A service of a gateway that maps ports. */
export interface GatewayService {
	/** `urn:schemas-upnp-org:service:WANIPConnection:1`. */
	readonly type: string;
	/** Where it is asked. */
	readonly controlUrl: string;
}

/** Those that map ports, and in which order they are preferred. */
const serviceTypes: readonly RegExp[] = [
	/^urn:schemas-upnp-org:service:WANIPConnection:[12]$/,
	/^urn:schemas-upnp-org:service:WANPPPConnection:1$/,
];
const mostServices = 4;
const longestUrl = 512;

/**
 * Reads where a device is to be asked for mappings, of its description. Services whose control URL is not on the host
 * that the description came from are left out: nobody makes us send anything to others.
 *
 * @param url where the description came from
 * @returns at most four, the preferred ones first; none when it maps no ports
 */
export function readDescription(text: string, url: string): readonly GatewayService[] {
	const root = parseXml(text);
	if (root.name !== 'root') throw new ProtocolError('upnp-description', 'no description of a device');
	const base = childText(root, 'URLBase') || url;
	const {hostname} = new URL(url);
	const found: GatewayService[] = [];
	for (const service of everyElement(root, 'service')) {
		const type = childText(service, 'serviceType') ?? '';
		const path = childText(service, 'controlURL') ?? '';
		if (!serviceTypes.some(pattern => pattern.test(type)) || path.length > longestUrl) continue;
		if (!URL.canParse(path, base)) continue;
		const control = new URL(path, base);
		if (control.protocol !== 'http:' || control.hostname !== hostname) continue;
		if (control.username !== '' || control.password !== '') continue;
		found.push({type, controlUrl: control.href});
	}
	const rank = ({type}: GatewayService) => serviceTypes.findIndex(pattern => pattern.test(type));
	return found.sort((one, other) => rank(one) - rank(other)).slice(0, mostServices);
}

/** What is sent to a control URL. */
export interface SoapRequest {
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

const envelope = 'http://schemas.xmlsoap.org/soap/envelope/';
const encoding = 'http://schemas.xmlsoap.org/soap/encoding/';

function soap(type: string, action: string, fields: Readonly<Record<string, string | number>>): SoapRequest {
	const written = Object.entries(fields).map(([name, value]) => `<${name}>${escaped(`${value}`)}</${name}>`);
	return {
		headers: {'Content-Type': 'text/xml; charset="utf-8"', SOAPAction: `"${type}#${action}"`},
		body: `<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="${envelope}" s:encodingStyle="${encoding}"><s:Body><u:${action} xmlns:u="${type}">${written.join('')}</u:${action}></s:Body></s:Envelope>\r\n`,
	};
}

function escaped(text: string): string {
	return text.replace(/[<>&]/g, sign => ({'<': '&lt;', '>': '&gt;', '&': '&amp;'})[sign]!);
}

/** A port that is to lead to us. WANIPConnection:1, 2.4.16. */
export interface UpnpMapping {
	readonly transport: MappedTransport;
	readonly externalPort: number;
	readonly internalPort: number;
	/** Our address inside. */
	readonly client: string;
	/** 0 for as long as the gateway lives. */
	readonly lifetime: Seconds;
}

const transportNames = {tcp: 'TCP', udp: 'UDP'} as const;

/** Asks for a mapping, or for it to last longer. */
export function addPortMapping(type: string, mapping: UpnpMapping): SoapRequest {
	return soap(type, 'AddPortMapping', {
		NewRemoteHost: '',
		NewExternalPort: mapping.externalPort,
		NewProtocol: transportNames[mapping.transport],
		NewInternalPort: mapping.internalPort,
		NewInternalClient: mapping.client,
		NewEnabled: 1,
		NewPortMappingDescription: `tortui ${transportNames[mapping.transport]}`,
		NewLeaseDuration: mapping.lifetime,
	});
}

/** Asks for the end of a mapping. */
export function deletePortMapping(
	type: string,
	transport: MappedTransport,
	externalPort: number,
): SoapRequest {
	return soap(type, 'DeletePortMapping', {
		NewRemoteHost: '',
		NewExternalPort: externalPort,
		NewProtocol: transportNames[transport],
	});
}

/** Asks at which address the internet sees the gateway: the answer's `NewExternalIPAddress`. */
export function getExternalAddress(type: string): SoapRequest {
	return soap(type, 'GetExternalIPAddress', {});
}

/** What an action answered: its fields, or why it was refused. */
export type SoapAnswer =
	| {readonly ok: true; readonly fields: ReadonlyMap<string, string>}
	| {readonly ok: false; readonly code: number; readonly why: string};

/** Faults of mapping ports that can be helped. WANIPConnection:2, 2.5.16. */
export const upnpFaults = {
	invalidArguments: 402,
	actionFailed: 501,
	notAuthorized: 606,
	conflict: 718,
	samePortNeeded: 724,
	onlyPermanent: 725,
	noSuchEntry: 714,
} as const;

const faultTexts: Readonly<Record<number, string>> = {
	401: 'it knows no such action',
	402: 'it does not understand us',
	501: 'it could not',
	606: 'not authorized',
	715: 'it wants to know from where',
	716: 'it wants to know which port',
	718: 'the port belongs to another machine',
	724: 'it gives no other port',
	725: 'it gives ports only for ever',
	728: 'it has no room for more mappings',
	729: 'the port is in use on the gateway itself',
};

/** Reads the answer to an action. Throws a ProtocolError when it is none. */
export function readSoapAnswer(action: string, text: string): SoapAnswer {
	const root = parseXml(text);
	if (root.name !== 'Envelope') throw new ProtocolError('soap', 'no SOAP answer');
	const body = root.children.find(({name}) => name === 'Body');
	const answer = body?.children.find(({name}) => name === `${action}Response`);
	if (answer !== undefined) {
		return {ok: true, fields: new Map(answer.children.map(({name, text}) => [name, text]))};
	}
	const fault = body?.children.find(({name}) => name === 'Fault');
	if (fault === undefined) throw new ProtocolError('soap', `no answer to ${action}`);
	const [error] = everyElement(fault, 'UPnPError');
	const written = (error && childText(error, 'errorCode')) ?? '';
	const code = /^\d{1,4}$/.test(written) ? Number(written) : 0;
	return {ok: false, code, why: faultTexts[code] ?? `error ${code}`};
}
