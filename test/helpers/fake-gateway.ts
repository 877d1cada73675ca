import {parseXml} from '../../source/protocol/lan/xml.ts';

/** What a gateway that is none speaks, and how it behaves. */
export interface FakeGatewayHabits {
	pcp: boolean;
	natPmp: boolean;
	upnp: boolean;
	/** A result code for every wish. */
	refusal: number;
	/** An error of UPnP's for every wish, by its number. */
	fault: ((fields: ReadonlyMap<string, string>) => number | undefined) | undefined;
	/** Which port it gives for the one that is liked. */
	externalPort(wish: number): number;
	/** The longest it gives. */
	lifetime: number;
	externalAddress: string;
	/** What it does to an answer of PCP's before it leaves. */
	bend: ((bytes: Uint8Array) => Uint8Array) | undefined;
	/** What its description is instead. */
	description: string | undefined;
}

const wanIp = 'urn:schemas-upnp-org:service:WANIPConnection:1';

/** A gateway of a test's own: hands out ports in PCP, NAT-PMP and UPnP, from memory. */
export class FakeGateway {
	readonly habits: FakeGatewayHabits;
	/** What is mapped now, by any protocol: `tcp 6881 -> 6881`. */
	readonly mapped = new Set<string>();
	/** Everything it was asked: `pcp map tcp 6881 3600`. */
	readonly asked: string[] = [];
	/** When it began, in seconds of the test's clock. */
	bornAt = 0;
	readonly #now: () => number;

	/** @param now in seconds */
	constructor(now: () => number, habits: Partial<FakeGatewayHabits> = {}) {
		this.#now = now;
		this.habits = {
			pcp: false,
			natPmp: false,
			upnp: false,
			refusal: 0,
			fault: undefined,
			externalPort: wish => wish,
			lifetime: 7200,
			externalAddress: '203.0.113.9',
			bend: undefined,
			description: undefined,
			...habits,
		};
	}

	/** It loses all it knew. */
	restart(): void {
		this.mapped.clear();
		this.bornAt = this.#now();
	}

	get epoch(): number {
		return Math.floor(this.#now() - this.bornAt);
	}

	/** Answers a datagram to its port for PCP and NAT-PMP; undefined when it stays silent. */
	datagram(bytes: Uint8Array): Uint8Array | undefined {
		if (bytes[0] === 2) return this.#pcp(bytes);
		return this.habits.natPmp ? this.#natPmp(bytes) : undefined;
	}

	#pcp(bytes: Uint8Array): Uint8Array | undefined {
		const {pcp, natPmp, refusal, bend} = this.habits;
		if (!pcp) {
			if (!natPmp) return undefined;
			this.asked.push('pcp?');
			const no = new Uint8Array(8);
			no.set([0, 0x80 | bytes[1]!, 0, 1]);
			return no;
		}
		const answer = Uint8Array.from(bytes);
		const view = new DataView(answer.buffer);
		const lifetime = Math.min(view.getUint32(4), this.habits.lifetime);
		answer[1]! |= 0x80;
		answer[3] = refusal;
		answer.fill(0, 8, 24);
		view.setUint32(8, this.epoch);
		if (bytes[1] === 0) {
			this.asked.push('pcp announce');
			return answer;
		}
		const transport = answer[36] === 6 ? 'tcp' : 'udp';
		const internal = view.getUint16(40);
		const wish = view.getUint16(42);
		this.asked.push(`pcp map ${transport} ${wish} ${view.getUint32(4)}`);
		view.setUint32(4, refusal === 0 ? lifetime : 60);
		if (refusal === 0) view.setUint16(42, this.#map(transport, internal, wish, lifetime));
		answer.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...this.#address()], 44);
		return bend === undefined ? answer : bend(answer);
	}

	#natPmp(bytes: Uint8Array): Uint8Array {
		const {refusal} = this.habits;
		const view = new DataView(bytes.buffer, bytes.byteOffset);
		const isAddress = bytes[1] === 0;
		const answer = new Uint8Array(isAddress ? 12 : 16);
		const out = new DataView(answer.buffer);
		answer[1] = 0x80 | bytes[1]!;
		out.setUint16(2, refusal);
		out.setUint32(4, this.epoch);
		if (isAddress) {
			this.asked.push('nat-pmp address');
			answer.set(this.#address(), 8);
			return answer;
		}
		const transport = bytes[1] === 2 ? 'tcp' : 'udp';
		const [internal, wish, wanted] = [view.getUint16(4), view.getUint16(6), view.getUint32(8)];
		const lifetime = Math.min(wanted, this.habits.lifetime);
		this.asked.push(`nat-pmp map ${transport} ${wish} ${wanted}`);
		out.setUint16(8, internal);
		if (refusal === 0) out.setUint16(10, this.#map(transport, internal, wish, lifetime));
		out.setUint32(12, lifetime);
		return answer;
	}

	#map(transport: string, internal: number, wish: number, lifetime: number): number {
		for (const known of this.mapped) {
			if (known.startsWith(transport) && known.endsWith(`-> ${internal}`)) this.mapped.delete(known);
		}
		if (lifetime === 0) return 0;
		const external = this.habits.externalPort(wish);
		this.mapped.add(`${transport} ${external} -> ${internal}`);
		return external;
	}

	#address(): number[] {
		return this.habits.externalAddress.split('.').map(Number);
	}

	/** Answers a search; undefined when it stays silent. @param base where its web server is */
	search(bytes: Uint8Array, base: string): Uint8Array | undefined {
		const type = /^ST: (.*)\r$/m.exec(Buffer.from(bytes).toString())?.[1];
		if (!this.habits.upnp || type !== 'urn:schemas-upnp-org:device:InternetGatewayDevice:1') return undefined;
		this.asked.push('ssdp');
		return Buffer.from(`HTTP/1.1 200 OK\r\nST: ${type}\r\nLOCATION: ${base}/root.xml\r\nEXT:\r\n\r\n`);
	}

	/** Answers its web server's visitors. */
	web(path: string, body: string | undefined): {status: number; body: string} {
		if (body === undefined) {
			this.asked.push(`get ${path}`);
			return {status: 200, body: this.habits.description ?? describedBy('/control')};
		}
		const action = parseXml(body).children[0]!.children[0]!;
		const fields = new Map(action.children.map(({name, text}) => [name, text]));
		const transport = (fields.get('NewProtocol') ?? '').toLowerCase();
		const external = Number(fields.get('NewExternalPort'));
		const lifetime = fields.get('NewLeaseDuration');
		const what = [action.name, transport, fields.get('NewExternalPort'), lifetime].filter(Boolean);
		this.asked.push(`upnp ${what.join(' ')}`);
		const fault = action.name === 'AddPortMapping' ? this.habits.fault?.(fields) : undefined;
		if (fault !== undefined) {
			const text = `<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail><UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>${fault}</errorCode><errorDescription>no</errorDescription></UPnPError></detail></s:Fault>`;
			return {status: 500, body: envelope(text)};
		}
		let answer = '';
		if (action.name === 'AddPortMapping')
			this.mapped.add(`${transport} ${external} -> ${fields.get('NewInternalPort')}`);
		else if (action.name === 'DeletePortMapping') {
			for (const known of this.mapped)
				if (known.startsWith(`${transport} ${external} `)) this.mapped.delete(known);
		} else answer = `<NewExternalIPAddress>${this.habits.externalAddress}</NewExternalIPAddress>`;
		return {
			status: 200,
			body: envelope(`<u:${action.name}Response xmlns:u="${wanIp}">${answer}</u:${action.name}Response>`),
		};
	}
}

function envelope(body: string): string {
	return `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;
}

/** A description of a gateway whose ports are mapped at a URL. */
export function describedBy(controlUrl: string): string {
	return `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceList><device><serviceList><service><serviceType>${wanIp}</serviceType><controlURL>${controlUrl}</controlURL></service></serviceList></device></deviceList></device></root>`;
}
