import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {
	hideProxyPasswords,
	proxySetting,
	proxyUrl,
	withoutPassword,
} from '../../../source/commands/arguments/proxy-setting.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('the password of a proxy is that of its URL, else of a file, else of the environment', t => {
	const file = new Workspace(t).path('password');
	writeFileSync(file, 'from the file\r\nand no more\n');
	const env = {TORTUI_PROXY_PASSWORD: 'from outside'};
	const password = (proxy: string, proxyPasswordFile?: string) =>
		proxySetting({proxy, proxyPasswordFile}, env)?.credentials;
	assert.deepEqual(password('socks5://ann:own@h:1', file), {user: 'ann', password: 'own'});
	assert.deepEqual(password('socks5://ann@h:1', file), {user: 'ann', password: 'from the file'});
	assert.deepEqual(password('socks5://ann@h:1'), {user: 'ann', password: 'from outside'});
	assert.equal(password('socks5://h:1'), undefined);
	assert.throws(() => password('socks5://h:1', file), /a password needs a user: socks5:\/\/USER@h:1/);
	assert.throws(() => password('socks5://ann@h:1', `${file}.not`), /password of the proxy cannot be read/);
	assert.equal(proxySetting({}, env), undefined);
});

test('what is told of a proxy has its user, and no password', () => {
	assert.equal(withoutPassword('socks5://ann:se%3Acret@h:1'), 'socks5://ann@h:1');
	assert.equal(withoutPassword('http://[::1]:8080'), 'http://[::1]:8080');
	assert.throws(
		() => proxyUrl('socks4://ann:secret@h:1', '--proxy'),
		({message}: Error) => message.startsWith('--proxy: ') && !message.includes('secret'),
	);
	const typed = [
		'--proxy=socks5://ann:secret@h:1',
		'--proxy',
		'http://ann:secret@h:1',
		'set',
		'proxy',
		'socks5://a:secret@h',
	];
	const hidden = hideProxyPasswords(['engine', ...typed, 'http://ann:secret@tracker/']);
	assert.deepEqual(hidden, [
		'engine',
		'--proxy=socks5://ann@h:1',
		'--proxy',
		'http://ann@h:1',
		'set',
		'proxy',
		'socks5://a@h:1080',
		'http://ann:secret@tracker/',
	]);
});
