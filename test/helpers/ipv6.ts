import {spawnSync} from 'node:child_process';
import process from 'node:process';

const listen = 'require("net").createServer().listen(0, "::1", () => process.exit())';
let answer: string | false | undefined;

/** Why a test that needs `::1` is skipped; false when it is there. */
export function noIpv6(): string | false {
	answer ??= spawnSync(process.execPath, ['-e', listen]).status !== 0 && 'no IPv6 on this machine';
	return answer;
}
