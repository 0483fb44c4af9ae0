/** The body of a column while its answer is being made: where text goes, and where the reader is. */
import { timerText } from "../durations.js";
import { LineWriter } from "../line-writer.js";

/** How far above the end still counts as being at the end, in px. */
const NEAR = 48;

export class LiveBody {
  /** @param {HTMLElement} body the element that holds `_live.html` */
  constructor(body) {
    this.body = body;
    this.scroller = this.#part("scroll");
    this.answer = new LineWriter(this.#part("answer-lines"));
    this.thoughts = new LineWriter(this.#part("reasoning-lines"));
    this.pending = { answer: "", reasoning: "", clear: false };
    this.follows = true;
    this.scroller.addEventListener("scroll", () => this.#noteReader(), { passive: true });
  }

  /** @param {{answer?: string, reasoning?: string, cleared?: boolean}} change */
  add({ answer = "", reasoning = "", cleared = false }) {
    if (cleared) this.pending = { answer: "", reasoning: "", clear: true };
    this.pending.answer += answer;
    this.pending.reasoning += reasoning;
  }

  get isDirty() {
    return Boolean(this.pending.clear || this.pending.answer || this.pending.reasoning);
  }

  /** Write what is pending. Reads no layout: all columns write before any scrolls. */
  write() {
    const { answer, reasoning, clear } = this.pending;
    this.pending = { answer: "", reasoning: "", clear: false };
    if (clear) {
      this.answer.clear();
      this.thoughts.clear();
    }
    this.answer.append(answer);
    this.thoughts.append(reasoning);
  }

  /** Go to the end. */
  follow() {
    this.follows = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /**
   * @param {{isRunning: boolean, answer: string, reasoning: string}} state
   */
  showProgress({ isRunning, answer, reasoning }) {
    const isWaiting = !isRunning || !answer;
    this.#part("waiting").hidden = !isWaiting;
    this.#part("waiting-text").textContent = waitingText(isRunning, Boolean(reasoning));
    this.#part("reasoning").hidden = !reasoning;
    const size = reasoning.length;
    this.#part("reasoning-size").textContent = size ? `${size.toLocaleString("en")} characters` : "";
  }

  /**
   * @param {string} notice
   * @param {number | null} waitMs until it goes on
   */
  showNotice(notice, waitMs) {
    this.#part("notice").hidden = !notice;
    this.#part("notice-text").textContent = notice;
    const isWaiting = notice && waitMs !== null && waitMs > 0;
    this.#part("countdown").textContent = isWaiting ? `Goes on in ${timerText(Math.ceil(waitMs / 1000) * 1000).replace(".0", "")}.` : "";
  }

  #noteReader() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.follows = scrollHeight - scrollTop - clientHeight < NEAR;
    this.body.dispatchEvent(new CustomEvent("reader-moved", { bubbles: true }));
  }

  /**
   * @param {string} name
   * @returns {HTMLElement}
   */
  #part(name) {
    return this.body.querySelector(`[data-${name}]`);
  }
}

/**
 * @param {boolean} isRunning
 * @param {boolean} isReasoning
 */
function waitingText(isRunning, isReasoning) {
  if (!isRunning) return "Waiting for its turn";
  return isReasoning ? "Reasoning" : "Waiting for the first token";
}
