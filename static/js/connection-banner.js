/**
 * Says when the page has lost its connection, when it has caught up, and what to do when it may not
 * connect again. The words of that last case stand in the page's moulds, `connection-…`.
 */
import { cast } from "./moulds.js";

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

  /** @param {{state: import("./live-socket.js").State, attempt: number}} connection */
  show({ state, attempt }) {
    if (state === "open") return;
    clearTimeout(this.#timer);
    this.#wasLost = true;
    this.#write("tone-warn", state === "lost" ? `Reconnecting… (attempt ${attempt})` : cast(`connection-${state}`));
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
   * @param {string | Node} content
   */
  #write(tone, content) {
    this.box.classList.remove("tone-warn", "tone-good");
    this.box.classList.add(tone);
    this.text.replaceChildren(content);
    this.box.hidden = false;
  }
}
