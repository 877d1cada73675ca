/** Puts text on the clipboard; false where the browser does not let us. */
export async function copy(text: string): Promise<boolean> {
	try {
		// Only over TLS, and on this machine.
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copyOldWay(text);
	}
}

function copyOldWay(text: string): boolean {
	const before = document.activeElement as HTMLElement | null;
	const area = document.createElement('textarea');
	area.value = text;
	area.style.position = 'fixed';
	area.style.opacity = '0';
	area.inputMode = 'none';
	document.body.append(area);
	area.select();
	const isDone = document.execCommand('copy');
	area.remove();
	before?.focus();
	return isDone;
}

/** What is on the clipboard; asked for by hand where the browser does not tell. */
export async function read(): Promise<string> {
	try {
		return await navigator.clipboard.readText();
	} catch {
		return window.prompt('Paste a magnet link, or the address of a .torrent:') ?? '';
	}
}
