/** Texts of the tester pages. */
export const testerText = {};
