/** Messages that can be dismissed; those that only inform go by themselves. */
const STAY_MS = 8000;

export class ToastStack extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("button");
      button?.closest(".toast")?.remove();
    });
    for (const toast of this.querySelectorAll(".toast")) this.#leaveLater(toast);
  }

  /** @param {string} sentence */
  show(sentence) {
    const mould = this.querySelector("template");
    const piece = /** @type {DocumentFragment} */ (mould.content.cloneNode(true));
    piece.querySelector("p").textContent = sentence;
    const toast = piece.querySelector(".toast");
    this.append(piece);
    this.#leaveLater(toast);
  }

  /** @param {Element} toast */
  #leaveLater(toast) {
    if (toast.matches(".tone-bad, .tone-warn")) return;
    const leave = () => {
      if (toast.matches(":hover, :focus-within")) setTimeout(leave, STAY_MS);
      else toast.remove();
    };
    setTimeout(leave, STAY_MS);
  }
}

customElements.define("toast-stack", ToastStack);
