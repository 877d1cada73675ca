/** What the door says about who is here. */
export interface Standing {
	/** What may be done; null for who has not come in. */
	readonly rights: 'all' | 'look' | null;
	/** Whether a password can be shown. */
	readonly password: boolean;
	readonly version: string;
}

/** Whether the door knows us. Rejects when it cannot be reached. */
export async function standing(): Promise<Standing> {
	const answer = await fetch('login', {headers: {Accept: 'application/json'}, cache: 'no-store'});
	if (!answer.ok) throw new Error(`the door answers ${answer.status}`);
	return (await answer.json()) as Standing;
}

/** Shows a password or a link; undefined when that let us in, else why not. Rejects when the door cannot be reached. */
export async function enter(
	shown: {readonly password: string} | {readonly link: string},
): Promise<string | undefined> {
	const answer = await fetch('login', {
		method: 'POST',
		headers: {'Content-Type': 'application/json'},
		body: JSON.stringify(shown),
	});
	return answer.ok ? undefined : (await answer.text()).trim();
}

/** Ends the login. */
export async function logOut(): Promise<void> {
	await fetch('login', {method: 'DELETE'});
}

/** The token of a link that this page was opened with; it does not stay in the address or the history. */
export function takeLink(): string | undefined {
	const [, link] = /^#in=([\w-]+)$/.exec(location.hash) ?? [];
	if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
	return link;
}
