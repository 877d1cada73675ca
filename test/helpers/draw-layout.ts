import {type Layout, type PaneName, paneNames, type Rect} from '../../source/ui/look/layout.ts';

/**
 * Draws a layout, one letter a part: `H` header, `F` footer, `p` pieces, `s` speed, `e` peers,
 * `t` trackers, `f` files, `l` log, `L` list of torrents, `r` how the one under the cursor stands, `N` `W` `S` what was found, who is here and what I share,
 * digits the parts of other views, `-` strip, `~` sparkline, `_` last line; `?` nothing, `!` used twice.
 */
export function drawLayout(layout: Layout, columns: number, rows: number): string {
	const cells = Array.from({length: rows}, () => Array.from({length: columns}, () => '?'));
	const put = (area: Rect | undefined, letter: string) => {
		if (!area) return;
		for (let y = area.y; y < area.y + area.rows; y++) {
			for (let x = area.x; x < area.x + area.columns; x++) {
				const row = cells[y];
				if (row) row[x] = row[x] === '?' ? letter : '!';
			}
		}
	};
	put(layout.header, 'H');
	put(layout.footer, 'F');
	put(layout.strip, '-');
	put(layout.spark, '~');
	put(layout.lastLine, '_');
	put(layout.torrents, 'L');
	put(layout.standing, 'r');
	put(layout.network?.found, 'N');
	put(layout.network?.people, 'W');
	put(layout.network?.shared, 'S');
	const letters: Record<PaneName, string> = {
		pieces: 'p',
		speed: 's',
		peers: 'e',
		trackers: 't',
		files: 'f',
		log: 'l',
	};
	const parts = Object.values({...layout.feeds, ...layout.swarms});
	for (const [at, area] of parts.entries()) put(area, String(at));
	for (const name of paneNames) put(layout.panes[name], letters[name]);
	return cells.map(row => row.join('')).join('\n');
}
