// @ts-check
export function showLibrary(main, now, account) {}
