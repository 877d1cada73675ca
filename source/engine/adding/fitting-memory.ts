import type {ResumeData} from '../../io/state/resume-data.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';

/** Whether the resume data is of a torrent that has as many pieces and files. */
export function fits(resume: ResumeData, {pieceCount, files}: Metainfo): boolean {
	return (
		resume.have.length === pieceCount &&
		(resume.priorities.length === 0 || resume.priorities.length === files.length)
	);
}
