/** How somebody at the other end of an SSH line has a URL of this machine lead there; undefined for all others. */
export function forwardAdvice(
	url: string,
	{SSH_CONNECTION, USER, LOGNAME}: NodeJS.ProcessEnv,
): string | undefined {
	const [, , host, sshPort] = (SSH_CONNECTION ?? '').split(' ');
	if (!host) return undefined;
	const {port} = new URL(url);
	const user = USER || LOGNAME;
	const at = sshPort === undefined || sshPort === '22' ? '' : ` -p ${sshPort}`;
	return `ssh -N -L ${port}:127.0.0.1:${port}${at} ${user ? `${user}@` : ''}${host}`;
}
