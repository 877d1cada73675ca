import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';
import {findProgram} from '../../helpers/processes.ts';
import {node} from '../../helpers/tortui.ts';
import type {Launch} from './measured-process.ts';

/** What gives the files of a folder over HTTP. */
export const webServer = findProgram('nginx') === undefined ? 'a server on Node.js' : 'nginx';

/** How it is started: nginx where there is one, else a small server of our own. @param work a folder for what it keeps */
export function launchWebServer(dir: string, port: number, work: string): Launch {
	const nginx = findProgram('nginx');
	if (nginx === undefined)
		return {command: node, args: [join(import.meta.dirname, 'file-server.js'), dir, `${port}`]};
	for (const name of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'])
		mkdirSync(join(work, name), {recursive: true});
	// Started by root it would serve as another, who may not read what is there. One process, that ends when it is killed.
	const user = process.getuid?.() === 0 ? 'user root;' : '';
	writeFileSync(
		join(work, 'nginx.conf'),
		`${user} daemon off; master_process off; pid ${work}/pid; error_log ${work}/error.log;
events { worker_connections 64; }
http {
	access_log off; sendfile on;
	client_body_temp_path ${work}/body; proxy_temp_path ${work}/proxy; fastcgi_temp_path ${work}/fastcgi;
	uwsgi_temp_path ${work}/uwsgi; scgi_temp_path ${work}/scgi;
	server { listen 127.0.0.1:${port}; root ${dir}; }
}
`,
	);
	return {command: nginx, args: ['-c', `${work}/nginx.conf`, '-e', `${work}/error.log`]};
}
