// Paths and URLs: inside the engine a path is segments joined by `/`, as they are on disk (not URL-encoded).

/** The URL of `path` below `base`; the base's query (an access token, say) goes with it. @param {URL} base @param {string} path */
export function below(base, path) {
  const url = new URL(base);
  url.hash = '';
  if (path !== '') url.pathname = `${base.pathname.replace(/\/+$/, '')}/${encodePath(path)}`;
  return url;
}

/** @param {string} path */
export function encodePath(path) {
  return path.split('/').map(encodeSegment).join('/');
}

/** RFC 3986: everything but unreserved characters, as signatures want it. @param {string} text */
export function encodeSegment(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Segments joined by one `/`, empty ones left out. @param {...string} parts */
export function join(...parts) {
  return parts.flatMap((part) => part.split('/')).filter((segment) => segment !== '').join('/');
}

/**
 * Direct children of a folder out of all paths of a flat store.
 * @param {Iterable<[string, {size: number, modified?: number}]>} entries @param {string} folder
 */
export function childrenOf(entries, folder) {
  const prefix = folder === '' ? '' : `${folder}/`;
  const dirs = new Set();
  const files = [];
  for (const [path, { size, modified }] of entries) {
    if (!path.startsWith(prefix)) continue;
    const rest = path.slice(prefix.length);
    const slash = rest.indexOf('/');
    if (slash < 0) files.push({ name: rest, size, modified: modified ?? 0 });
    else dirs.add(rest.slice(0, slash));
  }
  return { dirs: [...dirs].sort(), files: files.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** The bytes of a range request out of a whole object. @param {number} size @param {{start?: number, end?: number, suffix?: number}} range */
export function clamp(size, { start, end, suffix }) {
  if (suffix !== undefined) return [Math.max(0, size - suffix), size];
  return [Math.min(start ?? 0, size), Math.min(end ?? size, size)];
}
