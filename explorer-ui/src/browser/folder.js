// Folders of the user's own machine: picked or dropped, read in place. Gives what the engine's `files` storage takes:
// a directory handle where the browser has them, else [path, File] pairs.

/** Names of a folder that are looked at to see what it is. */
const LOOKED_AT = 10_000;
/** Names that are told. */
const TOLD = 8;

/** Asks for a folder. Gives {root, files, kind, entries} or null when the user changed their mind. */
export async function pickFolder() {
  if ('showDirectoryPicker' in globalThis) {
    try {
      return await ofHandle(await showDirectoryPicker({ id: 'cenote', mode: 'read' }));
    } catch (error) {
      if (error.name === 'AbortError') return null;
      throw error;
    }
  }
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.webkitdirectory = true;
    input.oncancel = () => resolve(null);
    input.onchange = () => resolve(ofList(input.files));
    input.click();
  });
}

/** The folder in a drop event, or null when a single file or text was dropped. */
export async function droppedFolder(transfer) {
  const item = [...transfer.items].find((one) => one.kind === 'file');
  if (!item) return null;
  // Both must be asked for before anything is waited for: the event's items are gone afterwards.
  const entry = item.webkitGetAsEntry?.();
  const handle = await item.getAsFileSystemHandle?.();
  if (handle) return handle.kind === 'directory' ? ofHandle(handle) : null;
  if (!entry?.isDirectory) return null;
  const files = [];
  await walk(entry, '', files);
  return described(entry.name, files, files.map(([path]) => path));
}

async function ofHandle(handle) {
  const names = [];
  for await (const [name, entry] of handle.entries()) {
    names.push(entry.kind === 'directory' ? `${name}/` : name);
    if (names.length === LOOKED_AT) break;
  }
  return described(handle.name, handle, names);
}

function ofList(list) {
  const files = [...list].map((file) => [file.webkitRelativePath.split('/').slice(1).join('/'), file]);
  return files.length === 0 ? null : described(list[0].webkitRelativePath.split('/')[0], files, files.map(([path]) => path));
}

/** @param {string[]} paths of files; folders end in `/` */
function described(root, files, paths) {
  const folders = new Set(paths.filter((path) => path.includes('/')).map((path) => path.slice(0, path.indexOf('/'))));
  const entries = [...new Set(paths.map((path) => path.split('/')[0]))].sort().slice(0, TOLD);
  return { root, files, kind: kindOf(root, folders), entries };
}

function kindOf(root, folders) {
  if (folders.has('schema')) return 'table';
  if ([...folders].some((name) => name.endsWith('.db'))) return 'warehouse';
  return root.endsWith('.db') ? 'database' : 'unknown';
}

async function walk(folder, path, files) {
  const reader = folder.createReader();
  for (;;) {
    // Chromium gives at most 100 entries a call.
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries) {
      const inside = path + entry.name;
      if (entry.isDirectory) await walk(entry, `${inside}/`, files);
      else files.push([inside, await new Promise((resolve, reject) => entry.file(resolve, reject))]);
    }
  }
}
