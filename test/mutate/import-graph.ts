import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** What is gone when the program runs. */
const typeImports = /^(?:import|export) type\b[^;]*;/gm;
const imports = /(?:\bfrom|\bimport)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

/** Which files a file of the tree brings in when it runs, and how near they are. Paths are relative to its root. */
export class ImportGraph {
	readonly #root: string;
	readonly #direct = new Map<string, readonly string[]>();

	constructor(root: string) {
		this.#root = root;
	}

	/** What the file itself names. */
	#importsOf(file: string): readonly string[] {
		let found = this.#direct.get(file);
		if (found === undefined) {
			const source = readFileSync(join(this.#root, file), 'utf8').replace(typeImports, '');
			found = [...source.matchAll(imports)].flatMap(([, path]) => this.#resolve(join(dirname(file), path!)));
			this.#direct.set(file, found);
		}
		return found;
	}

	#resolve(path: string): string[] {
		const stem = path.replace(/\.[jt]sx?$/, '');
		return [`${stem}.ts`, `${stem}.tsx`].filter(file => existsSync(join(this.#root, file))).slice(0, 1);
	}

	/** Steps from the file to each file it brings in; 1 for what it names itself. */
	distances(file: string): ReadonlyMap<string, number> {
		const steps = new Map<string, number>();
		let edge = [file];
		for (let step = 1; edge.length > 0; step++) {
			const next: string[] = [];
			for (const each of edge) {
				for (const found of this.#importsOf(each)) {
					if (steps.has(found)) continue;
					steps.set(found, step);
					next.push(found);
				}
			}
			edge = next;
		}
		return steps;
	}
}
