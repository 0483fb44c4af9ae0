/** Says when the page has lost its connection, and when it has caught up. */
const STAY_MS = 3000;

export class ConnectionBanner {
  #wasLost = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    this.text = box.querySelector("[data-connection-text]");
  }

  /** @param {{state: import("./run-socket.js").State, attempt: number}} connection */
  show({ state, attempt }) {
    if (state === "open") return;
    clearTimeout(this.#timer);
    this.#wasLost = true;
    this.#write("tone-warn", state === "refused"
      ? "This page may no longer follow the run. Reload it, or sign in again."
      : `Reconnecting… (attempt ${attempt})`);
  }

  /** A snapshot has come: nothing is missing. */
  caughtUp() {
    if (!this.#wasLost) return;
    this.#wasLost = false;
    this.#write("tone-good", "Back online, caught up");
    this.#timer = setTimeout(() => (this.box.hidden = true), STAY_MS);
  }

  /**
   * @param {string} tone
   * @param {string} sentence
   */
  #write(tone, sentence) {
    this.box.classList.remove("tone-warn", "tone-good");
    this.box.classList.add(tone);
    this.text.textContent = sentence;
    this.box.hidden = false;
  }
}
