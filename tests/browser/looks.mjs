// What a screenshot looks like, in a few numbers: where the page's regions lie, and the colours of a coarse grid. Fonts and
// anti-aliasing differ between machines; a broken layout, a lost style or a wrong theme shows in these all the same.

const [ACROSS, DOWN] = [16, 10];
/** Regions that hold their place whatever the data is. */
const REGIONS = ['header.top', '.tree', '#main', '.table-head', '.tabs', '#panel', '#panel > :first-child', '.inspector', '.open'];
/** A region may lie so far elsewhere, pixels: fonts are wider or narrower. */
const SHIFT = 28;
/** A cell's colour may differ so much, of 15 a channel, and so many cells may differ more. */
const TONE = 3;
const STRAY = 0.14;

/** @param {import('playwright-core').Page} page @param {Buffer} png */
export async function lookOf(page, png) {
  const regions = await page.evaluate((names) => Object.fromEntries(names.flatMap((name) => {
    const box = document.querySelector(name)?.getBoundingClientRect();
    // What is below the screen, or as long as its data, has no say.
    return box ? [[name, [box.x, box.y, box.width, Math.min(box.bottom, innerHeight) - box.y].map(Math.round)]] : [];
  })), REGIONS);
  const tones = await page.evaluate(async ([base64, across, down]) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }), { resizeWidth: across * 4, resizeHeight: down * 4, resizeQuality: 'high' });
    const canvas = new OffscreenCanvas(across, down).getContext('2d');
    canvas.imageSmoothingQuality = 'high';
    canvas.drawImage(bitmap, 0, 0, across, down);
    const { data } = canvas.getImageData(0, 0, across, down);
    return [...data].filter((_, place) => place % 4 !== 3).map((value) => (value >> 4).toString(16)).join('');
  }, [png.toString('base64'), ACROSS, DOWN]);
  return { regions, tones };
}

/** How two looks differ, in words; nothing where they are alike. */
export function difference(known, seen) {
  const words = [];
  for (const name of new Set([...Object.keys(known.regions), ...Object.keys(seen.regions)])) {
    const [was, is] = [known.regions[name], seen.regions[name]];
    if (!was || !is) words.push(`${name} ${was ? 'is gone' : 'is new'}`);
    else if (was.some((value, place) => Math.abs(value - is[place]) > SHIFT)) words.push(`${name} was at ${was}, is at ${is}`);
  }
  const cells = ACROSS * DOWN;
  const strange = Array.from({ length: cells }, (_, cell) => [0, 1, 2].some((channel) => {
    const at = cell * 3 + channel;
    return Math.abs(parseInt(known.tones[at], 16) - parseInt(seen.tones[at], 16)) > TONE;
  })).filter(Boolean).length;
  if (strange > cells * STRAY) words.push(`${strange} of ${cells} cells have another colour`);
  return words.join('; ');
}
