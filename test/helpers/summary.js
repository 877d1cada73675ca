// A reporter: one line a test, the reason in full where one failed, and after each the counts so far, for run.js.
import {relative} from 'node:path';

export default async function* summary(source) {
	let passed = 0;
	let failed = 0;
	let skipped = 0;
	let file = '';
	for await (const {type, data} of source) {
		if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
		if (type !== 'test:pass' && type !== 'test:fail') continue;
		if (data.details?.type === 'suite' || data.name === data.file) continue;
		if (data.file && data.file !== file) {
			file = data.file;
			yield `${relative('.', file)}\n`;
		}
		const took = data.details?.duration_ms ?? 0;
		if (data.skip !== undefined || data.todo !== undefined) {
			skipped++;
			yield `  - ${data.name} (skipped: ${data.skip || data.todo})\n`;
		} else if (type === 'test:pass') {
			passed++;
			yield `  ✓ ${data.name}${took > 500 ? ` (${(took / 1000).toFixed(1)} s)` : ''}\n`;
		} else {
			failed++;
			const error = data.details?.error;
			yield `  ✗ ${data.name}\n${String(error?.cause?.stack ?? error?.cause ?? error?.stack ?? error).replace(/^/gm, '      ')}\n`;
		}
		yield `counts ${passed} ${failed} ${skipped}\n`;
	}
}
