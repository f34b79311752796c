// Where a file is to be saved, by the File System API where the browser has it.

/** Asks where to save. Gives a handle, 'blob' where the browser cannot ask, null when the user changed their mind. */
export async function pickSave(suggestedName) {
  if (!('showSaveFilePicker' in globalThis)) return 'blob';
  try {
    return await showSaveFilePicker({ id: 'cenote-export', suggestedName });
  } catch (error) {
    if (error.name === 'AbortError') return null;
    // Not allowed here, such as in a frame: the download still is.
    return 'blob';
  }
}
