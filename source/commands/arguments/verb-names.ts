/** The verbs somebody may type, in the order the help tells them. `engine` is also what the session starts in the background. */
export const verbNames = [
	'session',
	'get',
	'seed',
	'create',
	'edit',
	'info',
	'verify',
	'tracker',
	'demo',
	'attach',
	'add',
	'list',
	'share',
	'search',
	'users',
	'shared',
	'export',
	'dht',
	'log',
	'pause',
	'resume',
	'remove',
	'stop',
	'config',
	'completion',
	'engine',
] as const;

/** A verb of the command line. */
export type Verb = (typeof verbNames)[number];
