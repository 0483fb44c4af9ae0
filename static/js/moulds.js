/**
 * A copy of a piece that the page keeps in a template element with this `data-mould`.
 *
 * @param {string} name
 * @returns {DocumentFragment}
 */
export function cast(name) {
  const mould = document.querySelector(`template[data-mould="${name}"]`);
  if (!(mould instanceof HTMLTemplateElement)) throw new Error(`The page has no mould "${name}".`);
  return /** @type {DocumentFragment} */ (mould.content.cloneNode(true));
}
