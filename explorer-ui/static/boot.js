// Starts the page.
import init from './cenote-explorer.js';

try {
  await init({ module_or_path: new URL('./cenote-explorer_bg.wasm', import.meta.url) });
} catch (error) {
  const place = document.getElementById('boot');
  if (place) place.textContent = `The page could not start: ${error?.message ?? error}`;
  throw error;
}
// A page that may keep nothing works all the same.
import('./offline.js').then(({ keepOffline }) => keepOffline()).catch(() => {});
