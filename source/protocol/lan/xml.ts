import {ProtocolError} from '../../base/errors.js';

/** An element, without its attributes. */
export interface XmlElement {
	/** Without the prefix of its namespace. */
	readonly name: string;
	/** The text directly in it, spaces around it left out. */
	readonly text: string;
	readonly children: readonly XmlElement[];
}

const longest = 100_000;
const deepest = 32;
const mostElements = 2000;

interface Open {
	/** With its prefix: the end must say the same. */
	readonly tag: string;
	text: string;
	readonly children: XmlElement[];
}

const markup =
	/<\?[^?]*(?:\?(?!>)[^?]*)*\?>|<!--[^-]*(?:-(?!->)[^-]*)*-->|<!\[CDATA\[([^\]]*(?:\](?!\]>)[^\]]*)*)\]\]>|<(\/?)([A-Za-z_][\w.:-]{0,99})((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;

const references: Readonly<Record<string, string>> = {lt: '<', gt: '>', amp: '&', quot: '"', apos: "'"};

/**
 * Reads the XML that gateways speak: elements and text, nothing else. Document types are refused, and of entities only
 * the five that need no declaration mean anything, so that nothing grows while it is read. At most 100,000 characters,
 * 2,000 elements, 32 deep. Throws a ProtocolError when it is more, or is not well-formed.
 */
export function parseXml(text: string): XmlElement {
	if (text.length > longest) throw new ProtocolError('xml-size', `XML of ${text.length} characters`);
	const stack: Open[] = [{tag: '', text: '', children: []}];
	let elements = 0;
	let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
	while (at < text.length) {
		const next = text.indexOf('<', at);
		const end = next === -1 ? text.length : next;
		addText(stack.at(-1)!, resolved(text.slice(at, end)));
		if (next === -1) break;
		markup.lastIndex = next;
		const found = markup.exec(text);
		if (found === null) throw new ProtocolError('xml', `no XML at character ${next}`);
		at = markup.lastIndex;
		const [, data, closes, tag, , isEmpty] = found;
		if (data !== undefined) addText(stack.at(-1)!, data);
		if (tag === undefined) continue;
		if (closes) {
			if (isEmpty) throw new ProtocolError('xml', 'an end that is empty');
			if (stack.length < 2 || stack.at(-1)!.tag !== tag)
				throw new ProtocolError('xml', `${tag} ends nowhere`);
			finish(stack);
			continue;
		}
		if (++elements > mostElements) throw new ProtocolError('xml-size', 'too many elements');
		if (stack.length > deepest) throw new ProtocolError('xml-size', 'elements too deep in others');
		if (stack.length === 1 && stack[0]!.children.length > 0) throw new ProtocolError('xml', 'two roots');
		stack.push({tag, text: '', children: []});
		if (isEmpty) finish(stack);
	}
	const [document, unfinished] = stack;
	const root = document!.children[0];
	if (unfinished !== undefined || root === undefined) throw new ProtocolError('xml', 'XML that breaks off');
	if (document!.text.trim() !== '') throw new ProtocolError('xml', 'text beside the root');
	return root;
}

function addText(element: Open, text: string): void {
	element.text += text;
}

function finish(stack: Open[]): void {
	const {tag, text, children} = stack.pop()!;
	stack.at(-1)!.children.push({name: tag.slice(tag.indexOf(':') + 1), text: text.trim(), children});
}

/** Those that mean nothing without a declaration stay as they are written. */
function resolved(text: string): string {
	return text.includes('&')
		? text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => references[name]!)
		: text;
}

/** All elements of a name, an element itself included, in the order of the document. */
export function* everyElement(root: XmlElement, name: string): Iterable<XmlElement> {
	if (root.name === name) yield root;
	for (const child of root.children) yield* everyElement(child, name);
}

/** The text of an element's child; undefined when there is no such child. */
export function childText(element: XmlElement, name: string): string | undefined {
	return element.children.find(child => child.name === name)?.text;
}
