/**
 * Copies text. What to copy is told by an element around it that handles the `copy-text` event and
 * sets its detail's `text`.
 */
import { showToast } from "../toasts.js";

const SHOW_DONE_MS = 2000;

export class CopyButton extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => this.#copy());
  }

  async #copy() {
    const detail = { text: "" };
    this.dispatchEvent(new CustomEvent("copy-text", { bubbles: true, detail }));
    try {
      await navigator.clipboard.writeText(detail.text);
    } catch {
      showToast("The browser did not allow copying.");
      return;
    }
    this.dataset.copied = "";
    setTimeout(() => delete this.dataset.copied, SHOW_DONE_MS);
  }
}

customElements.define("copy-button", CopyButton);
