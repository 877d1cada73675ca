import {ProtocolError} from '../../base/errors.js';

const words: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'connection refused',
	ECONNRESET: 'the connection broke off',
	ECONNABORTED: 'the connection broke off',
	EPIPE: 'the connection broke off',
	ETIMEDOUT: 'no answer',
	EHOSTUNREACH: 'host not reachable',
	ENETUNREACH: 'network not reachable',
	ENOTFOUND: 'no such host',
	EAI_AGAIN: 'the name could not be looked up: no network?',
	EAI_NODATA: 'no such host',
	EADDRNOTAVAIL: 'no usable local address: check --bind',
	EADDRINUSE: 'address already in use',
	EACCES: 'not permitted',
	EPERM: 'not permitted: a firewall?',
	EMFILE: 'too many open files',
	ENOBUFS: 'the system is out of buffers',
	CERT_HAS_EXPIRED: 'its TLS certificate has expired',
	DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is self-signed',
	SELF_SIGNED_CERT_IN_CHAIN: 'its TLS certificate is self-signed',
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its TLS certificate cannot be verified',
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its TLS certificate cannot be verified',
	ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another name',
};

/** What went wrong on the network, in a few words for a person. */
export function describeNetworkError(error: unknown): string {
	const {code, message, errors, syscall} = error as NodeJS.ErrnoException & {errors?: readonly unknown[]};
	// Several addresses were tried: the last one tells.
	if (errors && errors.length > 0) return describeNetworkError(errors.at(-1));
	if (code === undefined || error instanceof ProtocolError) return message ?? String(error);
	// Of our own making: it knows better why there is none.
	if (code === 'EADDRNOTAVAIL' && syscall === undefined) return message;
	if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return 'TLS failed: is it really https?';
	return words[code] ?? `${message} (${code})`;
}
