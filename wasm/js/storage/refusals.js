// What stores mean by the codes of their refusals, and what mends them.

import { errorOf } from '../errors.js';

const MENDS = {
  AccessDenied: 'the store knows who asks and does not allow it: the credentials need leave to read and to list, or the bucket is not public',
  InvalidAccessKeyId: 'the store does not know this access key id',
  SignatureDoesNotMatch: 'the secret access key does not belong to the key id, or the region is another one',
  ExpiredToken: 'the session token has expired: get new credentials',
  InvalidToken: 'the session token does not belong to these keys, or keys of a session came without their token',
  RequestTimeTooSkewed: 'the clock of this machine is wrong by more than the store accepts',
  RequestExpired: 'the signed link has expired, or the clock of this machine is wrong',
  AuthorizationQueryParametersError: 'the region is another one',
  AuthorizationHeaderMalformed: 'the region is another one',
  PermanentRedirect: 'the bucket is in another region or at another endpoint',
  TemporaryRedirect: 'the bucket is new: its name is not known everywhere yet',
  NoSuchBucket: 'there is no bucket of this name at this endpoint',
  AllAccessDisabled: 'the owner of the bucket has closed it',
  SlowDown: 'the store asks for fewer requests',
};

/**
 * The error that an answer is, other than one of an absent object.
 * @param {Response} response @param {string} path @returns {Promise<Error>}
 */
export async function refused(response, path) {
  const { status } = response;
  const text = await response.text().catch(() => '');
  const told = (name) => new RegExp(`<${name}>([^<]*)<`).exec(text)?.[1];
  const code = told('Code');
  const elsewhere = told('Region') ?? told('Endpoint');
  const message = `the server answered ${status}${code ? ` (${code})` : ''}`;
  const known = Object.hasOwn(MENDS, code ?? '') ? MENDS[code] : undefined;
  const hint = known && elsewhere ? `${known}: ${elsewhere}` : known;
  if (status === 401 || status === 403 || status === 400 && known) {
    const error = errorOf('forbidden', message, { path, hint: hint ?? needed(status) });
    return Object.assign(error, { unauthenticated: status === 401 });
  }
  if (status === 416) return errorOf('corrupt', 'the file is shorter than the table says', { path });
  if (status === 412 || status === 409) return errorOf('already exists', message, { path });
  return Object.assign(errorOf('unavailable', message, { path, hint }), { transient: isBusy(status) });
}

function needed(status) {
  if (status === 401) return 'the files need credentials, or other ones';
  // Stores that may not be listed say so of files that are not there, too.
  return 'the files need credentials, or other ones; without leave to list, a store says this of absent files, too';
}

/** Worth asking again a little later. */
function isBusy(status) {
  return status === 408 || status === 429 || status === 500 || status === 502 || status === 503 || status === 504;
}
