// Development servers that bundle packages ahead of time (Vite before 8) move the code, but not the files that it names.

/** Where such a server puts the code of packages. */
const MOVED = /\/node_modules\/\.vite\/deps[^/]*\//;

/**
 * Where a file of this package is, when only its code was moved.
 * @param {URL} url as it is named from the code @returns {URL | undefined} `undefined` where nothing was moved
 */
export function unmoved(url) {
  return MOVED.test(url.pathname) ? new URL(url.pathname.replace(MOVED, '/node_modules/cenote/'), url) : undefined;
}
