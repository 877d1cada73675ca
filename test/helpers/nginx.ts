import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import process from 'node:process';
import {until} from './deadline.ts';
import {freePort} from './ports.ts';
import {Running} from './processes.ts';
import type {Workspace} from './workspace.ts';

export interface Nginx {
	/** With a slash at the end. */
	readonly url: string;
	/** What it was asked for, in order, as far as it has been answered. */
	answered(): ReadonlyArray<{readonly path: string; readonly status: number; readonly bytes: number}>;
}

/** A web server with the files of a folder, until the test ends. */
export async function startNginx(space: Workspace, root: string, more = ''): Promise<Nginx> {
	const port = await freePort();
	const dir = space.folder('nginx');
	for (const name of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'])
		mkdirSync(`${dir}/${name}`, {recursive: true});
	// Started by root it would serve as another, who may not read what tests write.
	const user = process.getuid?.() === 0 ? 'user root;' : '';
	writeFileSync(
		`${dir}/nginx.conf`,
		`${user} daemon off; worker_processes 1; pid ${dir}/pid; error_log ${dir}/error.log;
events { worker_connections 64; }
http {
	access_log ${dir}/access.log;
	client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/fastcgi;
	uwsgi_temp_path ${dir}/uwsgi; scgi_temp_path ${dir}/scgi;
	server { listen 127.0.0.1:${port}; root ${root}; ${more} }
}
`,
	);
	const server = new Running(space, 'nginx', ['-c', `${dir}/nginx.conf`, '-e', `${dir}/error.log`]);
	const url = `http://127.0.0.1:${port}/`;
	await until('nginx answers', 20_000, async () => {
		if (server.ended) throw new Error(`nginx ended: ${server.tail()}`);
		const answer = await fetch(url).catch(() => undefined);
		await answer?.body?.cancel();
		return answer !== undefined;
	});
	return {
		url,
		answered: () =>
			[...readFileSync(`${dir}/access.log`, 'utf8').matchAll(/"GET (\S+) HTTP[^"]*" (\d+) (\d+)/g)]
				.map(([, path, status, bytes]) => ({path: path!, status: Number(status), bytes: Number(bytes)}))
				.filter(({path}) => path !== '/'),
	};
}
