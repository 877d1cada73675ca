// A reporter that ends the run at the first test that fails: one is enough to know that a fault was seen.
import process from 'node:process';

export default async function* firstFailure(source) {
	for await (const {type, data} of source) {
		if (type !== 'test:fail') continue;
		yield `${data.name}\n`;
		process.exit(1);
	}
}
