// Fresh projects that have installed the packed tarball.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const HERE = fileURLToPath(new URL('.', import.meta.url));
export const ROOT = join(HERE, '../..');
const PROJECTS = join(HERE, '.projects');

/** What is packed: CENOTE_PACKAGE, the package as it is published, or what `cargo xtask wasm` built. */
const SOURCE = [process.env.CENOTE_PACKAGE, join(ROOT, 'dist/npm'), join(ROOT, 'dist/wasm')].find((folder) => folder && existsSync(join(folder, 'package.json')));

let packed;

/** The tarball, and what npm says of it. @returns {Promise<{file: string, size: number, unpackedSize: number, files: {path: string}[]}>} */
export function tarball() {
  packed ??= (async () => {
    rmSync(PROJECTS, { recursive: true, force: true });
    mkdirSync(PROJECTS, { recursive: true });
    const { stdout } = await npm(['pack', SOURCE, '--pack-destination', PROJECTS, '--json'], PROJECTS);
    const [told] = JSON.parse(stdout);
    return { ...told, file: join(PROJECTS, told.filename), source: SOURCE };
  })();
  return packed;
}

/** @param {string} name */
export function fixture(name) {
  return join(HERE, 'fixtures', name);
}

/**
 * A copy of a folder with the package installed; tools and other packages are those of tests/package.
 * @param {string} name @param {string} [from] folder, of tests/package/fixtures unless said
 * @returns {Promise<string>} where it is
 */
export async function project(name, from = fixture(name)) {
  const { file } = await tarball();
  const folder = join(PROJECTS, name);
  cpSync(from, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  if (from.startsWith(join(HERE, 'fixtures'))) {
    for (const shared of ['read.js', 'page.js']) cpSync(join(HERE, 'fixtures', shared), join(folder, 'src', shared));
  }
  await npm(['install', file, '--no-save', '--offline', '--no-audit', '--no-fund', '--no-package-lock', '--omit=dev', '--legacy-peer-deps'], folder);
  return folder;
}

/** Runs a program in a project and gives what it printed. Errors: what it printed. @param {string} folder @param {string[]} args of node */
export async function node(folder, ...args) {
  try {
    return (await run(process.execPath, args, { cwd: folder, maxBuffer: 64 << 20 })).stdout;
  } catch (error) {
    throw new Error(`node ${args.join(' ')}: ${error.stdout ?? ''}\n${error.stderr ?? error.message}`);
  }
}

/** The program of a package, such as `vite/bin/vite.js`. @param {string} path */
export function tool(path) {
  return join(HERE, 'node_modules', path);
}

function npm(args, cwd) {
  return run('npm', args, { cwd, maxBuffer: 64 << 20 });
}
