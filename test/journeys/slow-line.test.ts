import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import process from 'node:process';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {missing} from '../helpers/processes.ts';

const preview = fileURLToPath(new URL('../helpers/ui-preview.tsx', import.meta.url));

/** Runs a program on a pseudo-terminal of 120x40 of which 2,000 bytes a second are read, and tells what it saw. */
const slowTerminal = `
import fcntl, json, os, pty, signal, struct, sys, termios, time
pid, master = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 120, 0, 0))
os.set_blocking(master, False)
def read(seconds, rate, until=None):
    start = time.monotonic(); taken = 0; text = b''
    while time.monotonic() - start < seconds:
        time.sleep(0.05)
        room = int((time.monotonic() - start) * rate) - taken
        if room > 0:
            try: piece = os.read(master, room)
            except BlockingIOError: piece = b''
            taken += len(piece); text += piece
        if until and until in text: break
    return time.monotonic() - start, text
def memory():
    with open('/proc/%d/status' % pid) as status:
        return next(int(line.split()[1]) for line in status if line.startswith('VmRSS'))
read(8, 1e9, b'1 Pieces')
read(1, 1e9)
read(5, 2000)
before = memory()
delays = []
for key, answer in ((b'u', b'nothing to undo'), (b'c', b'copied'), (b'?', b'Help')):
    os.write(master, key)
    taken, _ = read(12, 2000, answer)
    delays.append(taken)
    read(1.5, 2000)
after = memory()
os.write(master, b'\\x1b')
read(1, 1e9)
os.write(master, b'Q')
_, rest = read(8, 1e9, b'"how"')
os.kill(pid, signal.SIGKILL) if os.waitpid(pid, os.WNOHANG)[0] == 0 else None
print(json.dumps({'delays': delays, 'before': before, 'after': after, 'left': b'\\x1b[?1049l' in rest}))
`;

test('on a line of 2 kB a second keys still answer, and nothing piles up', {
	skip: missing('python3') || (process.platform !== 'linux' && 'memory is read from /proc'),
	timeout: 90_000,
}, async () => {
	const child = spawn(
		'python3',
		[
			'-c',
			slowTerminal,
			process.execPath,
			'--max-semi-space-size=2',
			'--import=tsx',
			preview,
			'peers=50',
			'have=0.3',
		],
		{env: {...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8'}, stdio: ['ignore', 'pipe', 'inherit']},
	);
	let said = '';
	child.stdout.on('data', chunk => {
		said += chunk;
	});
	await new Promise(resolve => child.once('close', resolve));
	const {delays, before, after, left} = JSON.parse(said) as {
		readonly delays: readonly number[];
		readonly before: number;
		readonly after: number;
		readonly left: boolean;
	};
	// What is on the line already comes first, and help is 2 kB itself.
	for (const delay of delays) assert.ok(delay < 4.5, `a key showed its effect after ${delay} s`);
	assert.ok(after - before < 30_000, `memory grew from ${before} to ${after} KiB`);
	assert.ok(left, 'the terminal was not put back');
});
