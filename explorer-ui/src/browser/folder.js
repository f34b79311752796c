// Folders of the user's own machine: picked or dropped, read in place. Gives what the engine's `files` storage takes:
// a directory handle where the browser has them, else [path, File] pairs.

/** Asks for a folder. Gives {root, files} or null when the user changed their mind. */
export async function pickFolder() {
  if ('showDirectoryPicker' in globalThis) {
    try {
      const handle = await showDirectoryPicker({ id: 'cenote', mode: 'read' });
      return { root: handle.name, files: handle };
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
  if (item.getAsFileSystemHandle) {
    const handle = await item.getAsFileSystemHandle();
    return handle?.kind === 'directory' ? { root: handle.name, files: handle } : null;
  }
  const entry = item.webkitGetAsEntry?.();
  if (!entry?.isDirectory) return null;
  const files = [];
  await walk(entry, '', files);
  return { root: entry.name, files };
}

function ofList(list) {
  const files = [...list].map((file) => [file.webkitRelativePath.split('/').slice(1).join('/'), file]);
  return files.length === 0 ? null : { root: list[0].webkitRelativePath.split('/')[0], files };
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
