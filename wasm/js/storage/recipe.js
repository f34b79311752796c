// How a storage was made, so that a worker can make the same one on its side.

/** @type {WeakMap<object, Recipe>} */
const recipes = new WeakMap();

/** @typedef {{factory: 'http' | 's3' | 'presigned' | 'files' | 'opfs' | 'local', args: any[]}} Recipe */

/**
 * Remembers how a storage or store was made, and gives it back.
 * @template T @param {T} made @param {Recipe['factory']} factory @param {any[]} args
 */
export function madeBy(made, factory, args) {
  recipes.set(made, { factory, args });
  return made;
}

/** How something was made; `undefined` for what is not ours. @param {object | null | undefined} made @returns {Recipe | undefined} */
export function recipeOf(made) {
  return made === null || typeof made !== 'object' ? undefined : recipes.get(made);
}
