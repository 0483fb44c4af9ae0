/**
 * One answer: its state, its text while it comes, its rendered body when it has ended.
 * Events: `answer-stop` (detail: {button}), `answer-retry` (detail: {button}), both bubbling.
 *
 * @typedef {object} GenerationState as the socket sends it
 * @property {string} id
 * @property {number} position
 * @property {"queued" | "running" | "succeeded" | "failed" | "cancelled"} status
 * @property {number} attempt
 * @property {string} text
 * @property {string} reasoning
 * @property {string} notice
 * @property {string | null} retry_at
 * @property {number | null} duration_ms
 * @property {number | null} completion_tokens
 * @property {string} created_at
 * @property {string | null} started_at
 * @property {string | null} html
 */
import { durationText, timerText } from "../durations.js";
import { LiveText } from "../live-text.js";
import { cast } from "../moulds.js";
import { LiveBody } from "./live-body.js";

const ENDED = new Set(["succeeded", "failed", "cancelled"]);

export class AnswerColumn extends HTMLElement {
  /** @type {LiveBody | null} */
  #live = null;
  #liveText = new LiveText();
  /** @type {string | null} the HTML to show when it is this column's turn */
  #nextHtml = null;
  /** @type {GenerationState | null} */
  #state = null;

  connectedCallback() {
    this.body = this.querySelector("[data-body]");
    this.timer = this.querySelector("[data-timer]");
    this.jump = this.querySelector("[data-jump]");
    this.stop = this.querySelector("[data-stop]");
    this.addEventListener("click", (event) => this.#onClick(event));
    this.addEventListener("copy-text", (event) => this.#fillCopy(/** @type {CustomEvent} */ (event)));
    this.addEventListener("reader-moved", () => this.#live?.follows && (this.jump.hidden = true));
    if (this.isEnded) this.#addCodeButtons();
    else this.#beginLive(Number(this.dataset.attempt));
  }

  get position() {
    return Number(this.dataset.position);
  }

  get isEnded() {
    return ENDED.has(this.dataset.status);
  }

  get label() {
    return this.dataset.label;
  }

  get hasHtmlWaiting() {
    return this.#nextHtml !== null;
  }

  /**
   * Take over what the server says of this place's generation.
   * @param {GenerationState} state
   * @returns {boolean} whether the generation has just ended
   */
  show(state) {
    const isOther = state.id !== this.dataset.id;
    const wasEnded = this.isEnded && !isOther;
    if (isOther) this.#replace(state);
    this.#state = state;
    this.dataset.status = state.status;
    this.dataset.attempt = String(state.attempt);
    if (!wasEnded) this.#showStatus(state.status);
    if (this.isEnded) {
      if (wasEnded) return false;
      this.#end(state);
      return !isOther;
    }
    if (!this.#live) this.#replace(state);
    this.#live.add(this.#liveText.catchUp(state.attempt, state.text, state.reasoning));
    this.#showProgress();
    return false;
  }

  /**
   * @param {import("../live-text.js").Piece} piece
   * @returns {boolean} whether text is missing before it
   */
  take(piece) {
    if (!this.#live) return false;
    const change = this.#liveText.take(piece);
    if (change.cleared || change.added) {
      this.#live.add({ [change.kind]: change.added, cleared: change.cleared });
    }
    return change.gap;
  }

  /** @returns {boolean} whether anything was written */
  write() {
    if (!this.#live?.isDirty) return false;
    this.#live.write();
    this.#showProgress();
    return true;
  }

  /** After all columns have been written: keep the end in sight for who was there. */
  follow() {
    if (!this.#live) return;
    if (this.#live.follows) this.#live.follow();
    else this.jump.hidden = false;
  }

  /**
   * @param {number} now the server's time, in ms
   */
  tick(now) {
    const state = this.#state;
    if (!state || this.isEnded) return;
    const since = state.status === "running" && state.started_at ? state.started_at : state.created_at;
    this.timer.textContent = timerText(now - Date.parse(since));
    this.#live?.showNotice(state.notice, state.retry_at ? Date.parse(state.retry_at) - now : null);
  }

  /** Show the rendered body that is waiting. */
  showHtml() {
    if (this.#nextHtml === null) return;
    const follows = this.#live?.follows ?? false;
    const place = this.#live?.scroller.scrollTop ?? 0;
    const hadFocus = this.body.contains(document.activeElement);
    const wasOpen = this.body.querySelector("details[data-reasoning]")?.hasAttribute("open");
    const mould = document.createElement("template");
    mould.innerHTML = this.#nextHtml;
    this.body.replaceChildren(mould.content);
    this.#nextHtml = null;
    this.#live = null;
    this.jump.hidden = true;
    this.body.querySelector("details[data-reasoning]")?.toggleAttribute("open", Boolean(wasOpen));
    this.#addCodeButtons();
    const scroller = this.body.querySelector("[data-scroll]");
    if (!scroller) return;
    scroller.scrollTop = follows ? scroller.scrollHeight : place;
    if (hadFocus) /** @type {HTMLElement} */ (scroller).focus({ preventScroll: true });
  }

  /** @param {GenerationState} state */
  #replace(state) {
    const former = this.dataset.id;
    this.dataset.id = state.id;
    this.stop?.setAttribute("formaction", this.stop.getAttribute("formaction").replace(former, state.id));
    this.body.replaceChildren(cast("live"));
    this.#nextHtml = null;
    this.jump.hidden = true;
    this.#beginLive(state.attempt);
  }

  /** @param {number} attempt */
  #beginLive(attempt) {
    this.#live = new LiveBody(this.body);
    this.#liveText = new LiveText(attempt);
    this.#live.scroller.setAttribute("aria-label", `Answer of ${this.label}`);
    this.setAttribute("aria-busy", "true");
  }

  /** @param {GenerationState} state */
  #end(state) {
    this.removeAttribute("aria-busy");
    this.timer.textContent = state.duration_ms === null ? "" : durationText(state.duration_ms);
    this.#nextHtml = state.html;
  }

  /** @param {string} status */
  #showStatus(status) {
    this.querySelector("[data-status-slot]").replaceChildren(cast(status));
    if (!this.stop) return;
    this.stop.hidden = ENDED.has(status);
    this.stop.removeAttribute("aria-disabled");
  }

  #showProgress() {
    this.#live?.showProgress({
      isRunning: this.dataset.status === "running",
      answer: this.#liveText.answer,
      reasoning: this.#liveText.reasoning,
    });
  }

  #addCodeButtons() {
    for (const block of this.body.querySelectorAll(".code-block")) block.append(cast("copy-code"));
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    if (!button) return;
    if (button === this.jump) {
      this.#live?.follow();
      this.jump.hidden = true;
      return;
    }
    const name = button === this.stop ? "answer-stop" : button.matches("[data-retry]") ? "answer-retry" : "";
    if (!name) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: { button } }));
  }

  /** @param {CustomEvent} event */
  #fillCopy(event) {
    const code = /** @type {HTMLElement} */ (event.target).closest(".code-block");
    if (code) event.detail.text = code.querySelector("code").textContent;
    else event.detail.text = this.text;
  }

  /** The answer as the model wrote it, else as it stands on the page. */
  get text() {
    if (!this.isEnded) return this.#liveText.answer;
    const shown = /** @type {HTMLElement | null} */ (this.querySelector("[data-answer]"));
    return this.#state?.text ?? shown?.innerText ?? "";
  }
}

customElements.define("answer-column", AnswerColumn);
