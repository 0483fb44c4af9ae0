/**
 * Writes growing text as one block element per line. The cost of a change follows the size of the
 * block that changes, so no block may grow with the whole answer.
 */

/** A line longer than this goes on in another block, from the next space. */
const LONGEST_BLOCK = 2000;

export class LineWriter {
  /** @type {Text | null} */
  #last = null;

  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
  }

  /** @param {string} text */
  append(text) {
    if (!text) return;
    const fresh = document.createDocumentFragment();
    const [first, ...rest] = text.split("\n");
    if (!this.#last) this.#begin(fresh);
    this.#extend(first, fresh);
    for (const line of rest) {
      this.#begin(fresh);
      this.#extend(line, fresh);
    }
    this.box.append(fresh);
  }

  clear() {
    this.#last = null;
    this.box.replaceChildren();
  }

  /** @param {DocumentFragment} fresh */
  #begin(fresh) {
    const block = document.createElement("div");
    this.#last = block.appendChild(document.createTextNode(""));
    fresh.append(block);
  }

  /**
   * @param {string} text
   * @param {DocumentFragment} fresh
   */
  #extend(text, fresh) {
    const room = LONGEST_BLOCK - this.#last.length;
    const cut = text.length > room ? text.indexOf(" ", Math.max(room, 0)) + 1 : 0;
    if (cut === 0) {
      this.#last.appendData(text);
      return;
    }
    this.#last.appendData(text.slice(0, cut));
    this.#begin(fresh);
    this.#extend(text.slice(cut), fresh);
  }
}
