/** What is told of what is dropped. */
export interface DropEvents {
	readonly files: (files: readonly File[]) => void;
	/** A link that was dragged here from elsewhere. */
	readonly text: (text: string) => void;
}

/** Takes what is dropped anywhere on the page; `sign` is shown while something is above it. */
export function followDrops(sign: HTMLElement, {files, text}: DropEvents): void {
	let depth = 0;
	const show = (by: number) => {
		depth = Math.max(0, depth + by);
		sign.hidden = depth === 0;
	};
	addEventListener('dragenter', event => {
		event.preventDefault();
		show(1);
	});
	addEventListener('dragleave', () => show(-1));
	addEventListener('dragover', event => event.preventDefault());
	addEventListener('drop', event => {
		event.preventDefault();
		show(-depth);
		const {dataTransfer} = event;
		if (!dataTransfer) return;
		if (dataTransfer.files.length > 0) return files([...dataTransfer.files]);
		const link = dataTransfer.getData('text/uri-list') || dataTransfer.getData('text/plain');
		if (/^(?:magnet:|https?:)/i.test(link.trim())) text(link.trim());
	});
}
