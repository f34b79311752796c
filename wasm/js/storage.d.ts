// Where tables are: storages, and what a store of one's own must have.

/** What the engine needs of a place where files are. Write your own, or use one of the storages below. */
export interface Store {
  /**
   * An object or a part of it; `null` when it is absent. `end` is exclusive, `suffix` asks for the last bytes.
   * `size` is that of the whole object.
   */
  get(path: string, options: { start?: number; end?: number; suffix?: number; signal?: AbortSignal }): Promise<Found | null>;
  /** Direct children of a folder. Without it tables are found through their hints. */
  list?(folder: string, options: { signal?: AbortSignal }): Promise<{ dirs: string[]; files: { name: string; size: number; modified?: number }[] }>;
  /** Writes an object, replacing what is there. */
  put?(path: string, bytes: Uint8Array): Promise<void>;
  /** Creates an object only if absent, in one step; false when there is one. Commits need it. */
  putIfAbsent?(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Removes an object; one that is not there is no error. */
  delete?(path: string): Promise<void>;
  /** Removes a folder that has no files, where folders are there by themselves. */
  prune?(folder: string): Promise<void>;
}

/** What a store has found. */
export interface Found {
  bytes: Uint8Array;
  /** Where `bytes` begin. */
  start?: number;
  /** Length of the whole object, where known. */
  size?: number;
  etag?: string;
  /** Epoch milliseconds. */
  modified?: number;
}

/** A kind of place; `open` gives the store of one location. */
export interface Storage {
  /** Which one it is. */
  readonly kind: string;
  /** The store of one place. */
  open(location: string): Store;
}

/** What all storages over HTTP take. */
export interface FetchOptions {
  /** Instead of the global `fetch`. */
  fetch?: typeof fetch;
  /** Told about servers that make reading slow, such as those without ranges. */
  onWarning?: (message: string) => void;
}

/** Any HTTP server. Never HEAD; ranges are checked. */
export function http(options?: FetchOptions & { headers?: HeadersInit; credentials?: RequestCredentials }): Storage;

/** Keys of S3, and the token of a session. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** S3 and compatibles. Anonymous without credentials; they are kept in memory only. */
export function s3(options?: FetchOptions & {
  credentials?: Credentials;
  /** Asked before each request, so that credentials may expire. */
  provider?: () => Credentials | Promise<Credentials>;
  region?: string;
  endpoint?: string;
  pathStyle?: boolean;
  /** false for a server that ignores `If-None-Match`: commits are refused there. */
  conditionalPut?: boolean;
}): Storage;

/**
 * URLs that your backend signs; with `write` for PUT and DELETE, too. The signature must cover `headers`, such as the
 * `If-None-Match` of a commit.
 */
export function presigned(
  sign: (path: string, options: { method: string; headers: Record<string, string> }) => string | URL | Promise<string | URL>,
  options?: FetchOptions & { write?: boolean; cacheMillis?: number },
): Storage;

/**
 * A folder that the user picked or dropped; read in place. A `FileSystemDirectoryHandle` is written to as well: commits are
 * safe among the pages and workers of one origin, but not against other programs that commit at the same time.
 */
export function files(
  source: FileList | Iterable<File | [string, File]> | FileSystemDirectoryHandle,
  options?: { root?: string },
): Store;

/**
 * The origin's private file system, for locations such as `opfs:/warehouse`, in pages and workers. `root` is a folder above
 * all of them.
 */
export function opfs(root?: string): Storage;

/** Objects in memory. */
export function memory(entries?: Iterable<[string, Uint8Array]>): Store;

/** The local disk, in Node. */
export function local(): Storage;

/** Where a table or a warehouse is: an address, a path, or the user's own files. */
export type Location = string | URL | FileList | Iterable<File> | FileSystemDirectoryHandle;
