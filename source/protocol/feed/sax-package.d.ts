declare module 'sax' {
	/** A parser that is pushed text and calls back; in its loose mode it takes what is not well-formed. */
	interface Parser {
		onopentag: (node: {name: string; attributes: Record<string, string>}) => void;
		onclosetag: (name: string) => void;
		ontext: (text: string) => void;
		oncdata: (text: string) => void;
		ondoctype: (text: string) => void;
		onerror: (error: Error) => void;
		error: Error | null;
		write(text: string): Parser;
		close(): Parser;
	}

	const sax: {
		parser(strict: boolean, options: {lowercase?: boolean; noscript?: boolean}): Parser;
	};
	export default sax;
}
