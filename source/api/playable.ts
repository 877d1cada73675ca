const film = /\.(?:3gp|avi|flv|m2ts|m4v|mkv|mov|mp4|mpe?g|mts|ogm|ogv|ts|vob|webm|wmv)$/i;
const music = /\.(?:aac|ac3|aiff?|alac|ape|flac|m4[ab]|mka|mp3|og[ag]|opus|wav|wma|wv)$/i;

/** What players make of a file, by how its name ends; undefined for what is neither watched nor heard. */
export function playableAs(name: string): 'film' | 'music' | undefined {
	return film.test(name) ? 'film' : music.test(name) ? 'music' : undefined;
}
