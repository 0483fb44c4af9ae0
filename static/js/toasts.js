/**
 * Show a sentence in the page's toast stack.
 *
 * @param {string} sentence
 */
export function showToast(sentence) {
  const stack = document.querySelector("toast-stack");
  if (!stack) return;
  /** @type {any} */ (stack).show(sentence);
}
