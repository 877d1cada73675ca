/** Paths in the words of the machine's file system, for those who do not touch it themselves. */
export {isAbsolute, join, resolve} from 'node:path';
