/** What a colour means, of those that a theme says. */
export type BaseTone =
	| 'text'
	| 'dim'
	| 'faint'
	| 'frame'
	| 'accent'
	| 'title'
	| 'have'
	| 'part'
	| 'lit'
	| 'flight'
	| 'check'
	| 'missing'
	| 'rare'
	| 'down'
	| 'up'
	| 'good'
	| 'warn'
	| 'bad'
	| 'key';

/**
 * Tones that are mixed of a theme's own: less than half had, not wanted, where a file begins in what is had and in what is
 * missing, and what is had while another peer is laid over it.
 */
export type MixedTone = 'some' | 'unwanted' | 'edge' | 'gap' | 'held';

/** What a colour means; everything on the screen is painted in one of these. */
export type Tone = BaseTone | MixedTone;

/** A colour: 24-bit hex (empty: the terminal's own), and the SGR foreground code for 16 colours (39: its own). */
export type Colour = readonly [hex: string, ansi: number, bold?: 'bold'];

/** A theme is data: nineteen tones and what lies behind the row that has the cursor. */
export interface Theme {
	readonly about: string;
	/** The kind of background it is made for; dark when left out. On the other kind it is turned round. */
	readonly ground?: 'dark' | 'light';
	/** Whether it suits whatever the terminal has: where nobody knows what that is, it is what can be read on both. */
	readonly either?: boolean;
	/** Whether pieces keep a shape for each state: its colours alone do not tell them apart. */
	readonly shapes?: boolean;
	readonly tones: Readonly<Record<BaseTone, Colour>>;
	readonly selection: Colour;
}

/** The themes that come along, by name. The first is the default. */
export const themes: Readonly<Record<string, Theme>> = {
	tortui: {
		about: 'teal and amber on your own background',
		either: true,
		selection: ['1f3a44', 36],
		tones: {
			text: ['', 39],
			dim: ['8b9aa5', 37],
			faint: ['55636d', 90],
			frame: ['41525d', 90],
			accent: ['4fd1c5', 96],
			title: ['e6f1f3', 97, 'bold'],
			have: ['2f9e94', 36],
			part: ['236f69', 36],
			lit: ['b8fff2', 97, 'bold'],
			flight: ['f0b54d', 93],
			check: ['b08cf0', 95],
			missing: ['4a5a66', 90],
			rare: ['e0698b', 91],
			down: ['55c7d9', 96],
			up: ['c58af9', 95],
			good: ['6fcf83', 92],
			warn: ['f0b54d', 93],
			bad: ['f2706b', 91],
			key: ['f0d9a0', 93],
		},
	},
	dark: {
		about: 'blue and green for dark backgrounds',
		selection: ['283457', 34],
		tones: {
			text: ['d5d9e0', 37],
			dim: ['98a1b0', 37],
			faint: ['5c6577', 90],
			frame: ['454d5e', 90],
			accent: ['7aa2f7', 96],
			title: ['ffffff', 97, 'bold'],
			have: ['5a8fd8', 34],
			part: ['3a5f94', 34],
			lit: ['dbe9ff', 97, 'bold'],
			flight: ['e6b450', 93],
			check: ['bb9af7', 95],
			missing: ['465064', 90],
			rare: ['f7768e', 91],
			down: ['73d0a0', 92],
			up: ['c299f5', 95],
			good: ['8fd07c', 92],
			warn: ['e6b450', 93],
			bad: ['f7768e', 91],
			key: ['e8c98a', 93],
		},
	},
	light: {
		about: 'for light backgrounds',
		ground: 'light',
		selection: ['d7e6ee', 36],
		tones: {
			text: ['1d2a31', 30],
			dim: ['51626c', 30],
			faint: ['8795a0', 90],
			frame: ['a9b6be', 90],
			accent: ['00756b', 36],
			title: ['000000', 30, 'bold'],
			have: ['1f8a80', 36],
			part: ['6fb5ae', 36],
			lit: ['003d38', 30, 'bold'],
			flight: ['b36b00', 33],
			check: ['6d3fc0', 35],
			missing: ['a3b0b8', 90],
			rare: ['b0174a', 31],
			down: ['006a8e', 34],
			up: ['7a34b8', 35],
			good: ['1c7a30', 32],
			warn: ['9a5b00', 33],
			bad: ['b3201b', 31],
			key: ['8a4b00', 33],
		},
	},
	contrast: {
		about: 'high contrast: pure colours, nothing faint',
		selection: ['0000d0', 34],
		tones: {
			text: ['ffffff', 97],
			dim: ['e8e8e8', 97],
			faint: ['c8c8c8', 37],
			frame: ['c8c8c8', 37],
			accent: ['ffff00', 93, 'bold'],
			title: ['ffffff', 97, 'bold'],
			have: ['00ff5f', 92],
			part: ['00af5f', 32],
			lit: ['ffffff', 97, 'bold'],
			flight: ['5fafff', 36],
			check: ['ff87ff', 95],
			missing: ['c8c8c8', 37],
			rare: ['ff5f5f', 91, 'bold'],
			down: ['00ffff', 96],
			up: ['ff87ff', 95],
			good: ['00ff5f', 92],
			warn: ['ffff00', 93, 'bold'],
			bad: ['ff5f5f', 91, 'bold'],
			key: ['ffff00', 93, 'bold'],
		},
	},
	mono: {
		about: 'one colour, three weights',
		shapes: true,
		selection: ['3a3a3a', 90],
		tones: {
			text: ['', 39],
			dim: ['a8a8a8', 37],
			faint: ['6c6c6c', 90],
			frame: ['6c6c6c', 90],
			accent: ['ffffff', 97, 'bold'],
			title: ['ffffff', 97, 'bold'],
			have: ['d0d0d0', 37],
			part: ['8a8a8a', 37],
			lit: ['ffffff', 97, 'bold'],
			flight: ['ffffff', 97],
			check: ['a8a8a8', 37],
			missing: ['6c6c6c', 90],
			rare: ['ffffff', 97],
			down: ['d0d0d0', 37],
			up: ['a8a8a8', 37],
			good: ['d0d0d0', 37],
			warn: ['ffffff', 97, 'bold'],
			bad: ['ffffff', 97, 'bold'],
			key: ['ffffff', 97, 'bold'],
		},
	},
	gruvbox: {
		about: 'the warm retro palette',
		selection: ['504945', 33],
		tones: {
			text: ['ebdbb2', 37],
			dim: ['a89984', 37],
			faint: ['7c6f64', 90],
			frame: ['665c54', 90],
			accent: ['fabd2f', 93],
			title: ['fbf1c7', 97, 'bold'],
			have: ['98971a', 32],
			part: ['6f6e1d', 32],
			lit: ['fbf1c7', 97, 'bold'],
			flight: ['fe8019', 93],
			check: ['d3869b', 95],
			missing: ['665c54', 90],
			rare: ['fb4934', 91],
			down: ['8ec07c', 96],
			up: ['d3869b', 95],
			good: ['b8bb26', 92],
			warn: ['fabd2f', 93],
			bad: ['fb4934', 91],
			key: ['fabd2f', 93],
		},
	},
	nord: {
		about: 'the arctic palette',
		selection: ['3b4252', 34],
		tones: {
			text: ['e5e9f0', 37],
			dim: ['a7b1c2', 37],
			faint: ['616e88', 90],
			frame: ['4c566a', 90],
			accent: ['88c0d0', 96],
			title: ['eceff4', 97, 'bold'],
			have: ['5e81ac', 34],
			part: ['4a668c', 34],
			lit: ['eceff4', 97, 'bold'],
			flight: ['ebcb8b', 93],
			check: ['b48ead', 95],
			missing: ['4c566a', 90],
			rare: ['bf616a', 91],
			down: ['88c0d0', 96],
			up: ['b48ead', 95],
			good: ['a3be8c', 92],
			warn: ['ebcb8b', 93],
			bad: ['bf616a', 91],
			key: ['ebcb8b', 93],
		},
	},
	dracula: {
		about: 'purple and pink after midnight',
		selection: ['44475a', 35],
		tones: {
			text: ['f8f8f2', 37],
			dim: ['b6b9cc', 37],
			faint: ['6272a4', 90],
			frame: ['565a75', 90],
			accent: ['bd93f9', 95],
			title: ['ffffff', 97, 'bold'],
			have: ['8470c8', 35],
			part: ['62559a', 35],
			lit: ['f8f8f2', 97, 'bold'],
			flight: ['ffb86c', 93],
			check: ['ff79c6', 95],
			missing: ['565a75', 90],
			rare: ['ff5555', 91],
			down: ['8be9fd', 96],
			up: ['ff79c6', 95],
			good: ['50fa7b', 92],
			warn: ['f1fa8c', 93],
			bad: ['ff5555', 91],
			key: ['f1fa8c', 93],
		},
	},
};

export const defaultTheme = 'tortui';

/** Whether two pieces lie in a row of the terminal, told apart by colour alone: where there are colours, and the theme has them. */
export function drawsHalves(
	{halves}: {readonly halves?: boolean},
	{theme}: {readonly theme: string},
): boolean {
	return halves === true && themes[theme]?.shapes !== true;
}
