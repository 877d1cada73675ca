/** What came of the bytes a proxy has sent. */
export type ProxyStep =
	| {readonly kind: 'more'}
	/** It is to be told this, then it says more. */
	| {readonly kind: 'send'; readonly bytes: Uint8Array}
	/** The way is open; `used` of the bytes that were given last were the proxy's, the others are the far side's. */
	| {
			readonly kind: 'open';
			readonly used: number;
			readonly bound?: {readonly host: string; readonly port: number} | undefined;
	  };

/** What is said with a proxy until the way through it is open. Knows no sockets. */
export interface ProxyHandshake {
	/** Whether the proxy has let us in: what goes wrong from then on is the fault of where we want to go. */
	readonly isAdmitted: boolean;
	/** What is said first, when the proxy is connected. */
	first(): Uint8Array;
	/**
	 * `bytes[0..length)` came.
	 *
	 * @throws {ProxyRefusal} when the proxy does not let us through, or says something else than a proxy would
	 */
	push(bytes: Uint8Array, length: number): ProxyStep;
}

/** Why a proxy does not let us through. */
export class ProxyRefusal extends Error {
	override readonly name = 'ProxyRefusal';
	/** Whether it lets nobody through like that, wherever they want to go. */
	readonly blamesProxy: boolean;
	/** Whether it could, but may not. */
	readonly isByRule: boolean;

	constructor(message: string, blamesProxy: boolean, isByRule = false) {
		super(message);
		this.blamesProxy = blamesProxy;
		this.isByRule = isByRule;
	}
}
