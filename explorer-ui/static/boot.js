// Starts the page.
import init from './explorer.js';

try {
  await init({ module_or_path: new URL('./explorer_bg.wasm', import.meta.url) });
} catch (error) {
  const place = document.getElementById('boot');
  if (place) place.textContent = `The page could not start: ${error?.message ?? error}`;
  throw error;
}
