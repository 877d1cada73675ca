import {UserError} from '../base/errors.js';

/** Whether a command has failed because the engine is ending: everything is as good as it was left. */
export function isEngineOver(error: unknown): boolean {
	return error instanceof UserError && (error.code === 'stopping' || error.code === 'engine-lost');
}
