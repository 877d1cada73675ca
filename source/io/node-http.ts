import {createRequire} from 'node:module';

const load = createRequire(import.meta.url);

/**
 * Node's HTTP without its WebSocket and fetch: an `import` reads every name the module exports and so loads all of
 * them, which takes 27 ms instead of 1.
 */
export function nodeHttp(): typeof import('node:http') {
	return load('node:http');
}

/** Node's HTTPS. TLS takes its time to load, so only those who need it should ask. */
export function nodeHttps(): typeof import('node:https') {
	return load('node:https');
}
