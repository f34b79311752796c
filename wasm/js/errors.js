// One class for each thing that a caller can do about an error. The engine sends plain `{kind, message, path, hint}`
// objects; everything thrown by this package is a CenoteError, or the reason of the caller's own AbortSignal.

/** Base of every error of this package. */
export class CenoteError extends Error {
  // In so many letters: whoever makes code small gives classes other names.
  name = 'CenoteError';

  /**
   * @param {string} message
   * @param {{kind?: string, path?: string, hint?: string, column?: string, row?: number, cause?: unknown}} [details]
   */
  constructor(message, { kind = 'internal', path, hint, column, row, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.path = path;
    this.hint = hint;
    this.column = column;
    this.row = row;
  }
}

/** The named table, snapshot, tag or file does not exist. */
export class NotFoundError extends CenoteError {
  name = 'NotFoundError';
}
/** The thing to create is there already. */
export class AlreadyExistsError extends CenoteError {
  name = 'AlreadyExistsError';
}
/** Someone else changed the table in a contradicting way. */
export class ConflictError extends CenoteError {
  name = 'ConflictError';
}
/** The store failed or refused for now. */
export class UnavailableError extends CenoteError {
  name = 'UnavailableError';
}
/** The store wants credentials, or other ones. */
export class ForbiddenError extends UnavailableError {
  name = 'ForbiddenError';
}
/** The browser kept the answer from us; `hint` holds the CORS policy to paste. */
export class CorsError extends UnavailableError {
  name = 'CorsError';
}
/** Bytes disagree with the format. */
export class CorruptError extends CenoteError {
  name = 'CorruptError';
}
/** A valid table that needs what this build does not have. */
export class UnsupportedError extends CenoteError {
  name = 'UnsupportedError';
}
/** An argument is wrong. */
export class InvalidError extends CenoteError {
  name = 'InvalidError';
}
/** The call was cancelled. */
export class CancelledError extends CenoteError {
  name = 'CancelledError';
}
/** A bug in this package. */
export class InternalError extends CenoteError {
  name = 'InternalError';
}

const CLASSES = {
  'not found': NotFoundError,
  'already exists': AlreadyExistsError,
  conflict: ConflictError,
  unavailable: UnavailableError,
  forbidden: ForbiddenError,
  cors: CorsError,
  corrupt: CorruptError,
  unsupported: UnsupportedError,
  invalid: InvalidError,
  cancelled: CancelledError,
  internal: InternalError,
};

/** An error of `kind`. @param {string} kind @param {string} message @param {object} [details] */
export function errorOf(kind, message, details = {}) {
  const Class = CLASSES[kind] ?? InternalError;
  return new Class(message, { ...details, kind: CLASSES[kind] ? kind : 'internal' });
}

/** What a rejected engine call is to the caller: a typed error. @param {unknown} thrown */
export function typed(thrown) {
  if (thrown instanceof CenoteError) return thrown;
  if (typeof WebAssembly === 'object' && thrown instanceof WebAssembly.RuntimeError) return stopped(thrown);
  if (thrown && typeof thrown === 'object' && typeof thrown.kind === 'string') {
    const { kind, message, path, hint, column, row, ...flags } = thrown;
    const error = errorOf(kind, message ?? kind, {
      path: path ?? undefined, hint: hint ?? undefined, column: column ?? undefined, row: rowNumber(row),
    });
    return Object.assign(error, flagsOf(flags));
  }
  if (thrown && typeof thrown === 'object' && thrown.name === 'AbortError') {
    return errorOf('cancelled', 'the call was cancelled', { cause: thrown });
  }
  return errorOf('internal', String(thrown?.message ?? thrown), { cause: thrown });
}

/** The engine came to an end that it cannot go on from. @param {Error} cause */
export function stopped(cause) {
  const error = errorOf('internal', `the engine stopped: ${cause?.message ?? cause}`, { cause, hint: 'open the table or the warehouse again' });
  return Object.assign(error, { hasStopped: true });
}

function rowNumber(row) {
  return row === null || row === undefined || Number.isNaN(Number(row)) ? undefined : Number(row);
}

/** The form in which an error crosses to another thread. @param {unknown} thrown */
export function plain(thrown) {
  const error = typed(thrown);
  const { kind, message, path, hint, column, row } = error;
  return { kind, message, path: path ?? null, hint: hint ?? null, column: column ?? null, row: row ?? null, ...flagsOf(error) };
}

/**
 * What is said besides: by a store whether asking again may help, and whether credentials are missing altogether; by the engine what
 * its full module has and the reader lacks; of it that it has stopped.
 */
function flagsOf({ transient, unauthenticated, lacks, hasStopped }) {
  return {
    ...(transient ? { transient } : {}), ...(unauthenticated ? { unauthenticated } : {}), ...(lacks ? { lacks } : {}),
    ...(hasStopped ? { hasStopped } : {}),
  };
}
