/** What can go wrong, by what it is called, with its number of JSON-RPC and its words. */
const errors = {
	parse: [-32700, 'Parse error'],
	request: [-32600, 'Invalid Request'],
	method: [-32601, 'Method not found'],
	params: [-32602, 'Invalid params'],
	internal: [-32603, 'Internal error'],
	announceList: [1, 'error setting announce list'],
	trackerList: [2, 'Invalid tracker list'],
	relativePath: [3, 'path is not absolute'],
	unrecognized: [4, 'unrecognized info'],
	system: [5, 'system error'],
	fileIndex: [6, 'file index out of range'],
	pieceIndex: [7, 'piece index out of range'],
	http: [8, 'HTTP error from backend service'],
	corrupt: [9, 'invalid or corrupt torrent file'],
} as const satisfies Readonly<Record<string, readonly [code: number, message: string]>>;

/** The kinds of errors that Transmission's RPC knows. */
export type RpcErrorKind = keyof typeof errors;

/** Why a method was not done, as its caller is told. */
export class RpcError extends Error {
	override readonly name = 'RpcError';
	/** The number that JSON-RPC has for it. */
	readonly code: number;
	/** Its words for the number. */
	readonly title: string;
	/** More of it, for a person; empty when the title says all. */
	readonly detail: string;
	/** What the method has to tell all the same. */
	readonly result: Readonly<Record<string, unknown>> | undefined;

	constructor(kind: RpcErrorKind, detail = '', result?: Readonly<Record<string, unknown>>) {
		const [code, title] = errors[kind];
		super(detail || title);
		this.code = code;
		this.title = title;
		this.detail = detail;
		this.result = result;
	}
}
