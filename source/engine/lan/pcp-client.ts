import {ProtocolError} from '../../base/errors.js';
import {formatIp, parseIp} from '../../base/ip-address.js';
import type {Seconds} from '../../base/units.js';
import type {Gateway} from '../../io/lan/default-gateway.js';
import {wantedLifetime} from '../../policy/lan/port-mapping.js';
import {
	decodeNatPmp,
	encodeNatPmpAddress,
	encodeNatPmpMap,
	looksLikeNatPmp,
	natPmpFault,
} from '../../protocol/lan/nat-pmp.js';
import {
	decodePcp,
	encodePcpAnnounce,
	encodePcpMap,
	looksLikePcp,
	type MappedTransport,
	pcpFault,
	pcpNonceLength,
	pcpUnsupportedVersion,
} from '../../protocol/lan/pcp.js';
import type {LanGround} from './lan-ground.js';

/** The two protocols that share a port. */
export type PcpProtocol = 'pcp' | 'nat-pmp';

/** What a gateway answered. */
export type PcpAnswer =
	| {
			readonly type: 'mapped';
			readonly protocol: PcpProtocol;
			readonly transport: MappedTransport;
			readonly externalPort: number;
			readonly lifetime: Seconds;
			readonly epoch: Seconds;
	  }
	| {
			readonly type: 'refused';
			readonly protocol: PcpProtocol;
			/** Of which port; undefined when it did not say. */
			readonly transport: MappedTransport | undefined;
			readonly why: string;
			readonly lifetime: Seconds;
	  }
	| {readonly type: 'unsupported'; readonly protocol: PcpProtocol}
	| {readonly type: 'epoch'; readonly protocol: PcpProtocol; readonly epoch: Seconds};

/** Writes to a gateway in PCP and NAT-PMP, and reads what it answers. RFC 6886, 6887. */
export class PcpClient {
	readonly #gateway: Gateway;
	readonly #ground: LanGround;
	readonly #internalPort: number;
	readonly #send: (bytes: Uint8Array, host: string, port: number) => void;
	readonly #answered: (answer: PcpAnswer) => void;
	/** One a mapping, for as long as it lives: nobody else can change it. RFC 6887, 11.2. */
	readonly #nonces: Readonly<Record<MappedTransport, Uint8Array>>;
	/** Whether an answer to our question for the gateway's age is waited for. */
	#isChecking = false;

	constructor(
		gateway: Gateway,
		internalPort: number,
		ground: LanGround,
		send: (bytes: Uint8Array, host: string, port: number) => void,
		answered: (answer: PcpAnswer) => void,
	) {
		this.#gateway = gateway;
		this.#internalPort = internalPort;
		this.#ground = ground;
		this.#send = send;
		this.#answered = answered;
		const {random} = ground;
		this.#nonces = {tcp: random.bytes(pcpNonceLength), udp: random.bytes(pcpNonceLength)};
	}

	/** Asks for a port. @param lifetime 0 takes the mapping away */
	map(
		protocol: PcpProtocol,
		transport: MappedTransport,
		externalPort: number,
		lifetime: Seconds = wantedLifetime,
	): void {
		const wish = {transport, internalPort: this.#internalPort, externalPort, lifetime};
		if (protocol === 'nat-pmp') this.#write(encodeNatPmpMap(wish));
		else this.#write(encodePcpMap({...wish, client: this.#ours, nonce: this.#nonces[transport]}));
	}

	/** Asks how old the gateway's knowledge is; NAT-PMP's answer is its external address, too. */
	check(protocol: PcpProtocol): void {
		this.#isChecking = true;
		this.#write(protocol === 'nat-pmp' ? encodeNatPmpAddress() : encodePcpAnnounce(this.#ours));
	}

	/** A datagram came. What is not from where the gateway listens, or no answer to us, is nothing. */
	received(bytes: Uint8Array, host: string, port: number): void {
		if (host !== this.#gateway.host || port !== this.#ground.ports.pcp) return;
		try {
			if (looksLikePcp(bytes)) this.#readPcp(bytes);
			else if (looksLikeNatPmp(bytes)) this.#readNatPmp(bytes);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#ground.log('debug', `the gateway ${host} makes no sense: ${error.message}`);
		}
	}

	get #ours(): Uint8Array {
		return parseIp(this.#gateway.ours)!;
	}

	#write(bytes: Uint8Array): void {
		this.#send(bytes, this.#gateway.host, this.#ground.ports.pcp);
	}

	#readPcp(bytes: Uint8Array): void {
		const answer = decodePcp(bytes);
		const {result, lifetime, epoch} = answer;
		const protocol = 'pcp';
		if (answer.kind === 'announce') {
			if (!this.#isChecking || result !== 0) return;
			this.#isChecking = false;
			return this.#answered({type: 'epoch', protocol, epoch});
		}
		const {transport, nonce, internalPort, externalPort, externalAddress} = answer;
		if (transport === undefined || internalPort !== this.#internalPort) return;
		const ours = this.#nonces[transport];
		if (!nonce.every((byte, at) => byte === ours[at])) return;
		if (result === pcpUnsupportedVersion) return this.#answered({type: 'unsupported', protocol});
		if (result !== 0) {
			return this.#answered({type: 'refused', protocol, transport, why: pcpFault(result), lifetime});
		}
		if (lifetime > 0) this.#ground.heardOurAddress(formatIp(externalAddress), this.#gateway);
		this.#answered({type: 'mapped', protocol, transport, externalPort, lifetime, epoch});
	}

	#readNatPmp(bytes: Uint8Array): void {
		const answer = decodeNatPmp(bytes);
		// What knows NAT-PMP only says so when it is asked in PCP. RFC 6887, appendix A.
		if (answer.kind === 'unsupported') {
			return this.#answered({type: 'unsupported', protocol: answer.isPcp ? 'pcp' : 'nat-pmp'});
		}
		const protocol = 'nat-pmp';
		const {result, epoch} = answer;
		if (answer.kind === 'address') {
			if (!this.#isChecking || result !== 0) return;
			this.#isChecking = false;
			this.#ground.heardOurAddress(formatIp(answer.externalAddress), this.#gateway);
			return this.#answered({type: 'epoch', protocol, epoch});
		}
		const {transport, internalPort, externalPort, lifetime} = answer;
		if (internalPort !== this.#internalPort) return;
		if (result !== 0) {
			const why = natPmpFault(result);
			return this.#answered({type: 'refused', protocol, transport, why, lifetime: 0});
		}
		this.#answered({type: 'mapped', protocol, transport, externalPort, lifetime, epoch});
	}
}
