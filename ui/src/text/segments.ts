/** Texts of the segments pages. */
export const segmentsText = {};
