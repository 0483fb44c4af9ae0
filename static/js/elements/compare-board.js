/**
 * A run on its page: feeds its columns from the socket, counts, announces, shows the summary.
 *
 * `data-socket`, `data-summary`: addresses; `data-status`: of the run; `data-now`: the server's time
 * when the page was made, in s; `data-owner`: whose draft has been asked with this run.
 */
import { Announcer } from "../announcer.js";
import { ServerClock } from "../clock.js";
import { ConnectionBanner } from "../connection-banner.js";
import { forgetDraft } from "../drafts.js";
import { durationText } from "../durations.js";
import { LiveSocket } from "../live-socket.js";
import { cast } from "../moulds.js";
import { PaintSchedule } from "../paint-schedule.js";
import { postButton } from "../post.js";
import { showToast } from "../toasts.js";

const TICK_MS = 100;

/**
 * @typedef {import("./answer-column.js").AnswerColumn} AnswerColumn
 * @typedef {import("./answer-column.js").GenerationState} GenerationState
 */

export class CompareBoard extends HTMLElement {
  #isSwapping = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticker;

  connectedCallback() {
    customElements.whenDefined("answer-column").then(() => this.#begin());
  }

  #begin() {
    /** @type {AnswerColumn[]} */
    this.columns = [...this.querySelectorAll("answer-column")];
    this.summarySlot = this.querySelector("[data-summary-slot]");
    this.baseTitle = document.title;
    this.clock = new ServerClock(Number(this.dataset.now));
    this.announcer = new Announcer(this.querySelector("[data-announcer]"));
    this.banner = new ConnectionBanner(this.querySelector("[data-connection]"));
    this.schedule = new PaintSchedule(() => this.#paint());
    this.socket = new LiveSocket(this.dataset.socket);
    this.socket.addEventListener("message", (event) => this.#onMessage(event.detail));
    this.socket.addEventListener("state", (event) => {
      this.banner.show(event.detail);
      this.toggleAttribute("data-stale", this.socket.isFinal);
    });
    this.addEventListener("answer-stop", (event) => this.#stop(event.detail.button, event.target));
    this.addEventListener("answer-retry", (event) => this.#retry(event.detail.button));
    this.stopAll = this.querySelector("[data-stop-all]");
    this.stopAll?.addEventListener("click", (event) => {
      event.preventDefault();
      this.#stop(this.stopAll, null);
    });
    if (this.dataset.owner) forgetDraft(this.dataset.owner);
    this.#showCounts();
    this.socket.expectsNews = this.isRunning;
    this.socket.connect();
  }

  get isRunning() {
    return this.dataset.status === "running";
  }

  /** @param {any} message */
  #onMessage(message) {
    switch (message.type) {
      case "snapshot":
        this.banner.caughtUp();
        for (const state of message.generations) this.#showGeneration(state);
        this.#showRun(message.status);
        break;
      case "frame":
        for (const piece of message.pieces) this.#take(piece);
        this.schedule.request();
        break;
      case "generation":
        this.#showGeneration(message);
        this.#showCounts();
        break;
      case "run":
        this.#showRun(message.status);
        break;
      case "error":
        showToast(message.detail);
        break;
    }
  }

  /** @param {import("../live-text.js").Piece & {id: string}} piece */
  #take(piece) {
    const column = this.columns.find((column) => column.dataset.id === piece.id);
    if (column?.take(piece)) this.socket.resync();
  }

  /** @param {GenerationState} state */
  #showGeneration(state) {
    const column = this.columns.find((column) => column.position === state.position);
    if (!column) return;
    if (column.show(state)) this.announcer.say(endingText(column.label, state));
    this.querySelector(`a[href="#answer-${state.position}"]`)?.setAttribute("data-status", state.status);
    if (column.hasHtmlWaiting) this.#swapOnePerFrame();
    this.schedule.request();
    this.#keepTicking();
  }

  /** @param {string} status */
  #showRun(status) {
    const wasRunning = this.isRunning;
    this.dataset.status = status;
    this.socket.expectsNews = this.isRunning;
    this.querySelector("[data-run-status]").replaceChildren(cast(status));
    if (this.stopAll) {
      this.stopAll.hidden = !this.isRunning;
      this.stopAll.removeAttribute("aria-disabled");
    }
    this.#showCounts();
    if (this.isRunning) this.summarySlot.hidden = true;
    else if (wasRunning || this.summarySlot.hidden) this.#loadSummary();
  }

  #showCounts() {
    const done = this.columns.filter((column) => column.isEnded).length;
    const all = this.columns.length;
    const isOver = done === all;
    this.querySelector("[data-progress]").textContent = `${done} of ${all} done`;
    document.title = isOver ? this.baseTitle : `● ${done}/${all} – ${this.baseTitle}`;
    this.announcer.progress(isOver ? "All answers are done." : `Answering: ${done} of ${all} done.`);
  }

  /** First everything is written, then everything scrolls: one layout instead of one per column. */
  #paint() {
    const written = this.columns.filter((column) => column.write());
    for (const column of written) column.follow();
  }

  /** Rendering eight long answers at once would be felt. */
  #swapOnePerFrame() {
    if (this.#isSwapping) return;
    this.#isSwapping = true;
    const swap = () => {
      const column = this.columns.find((column) => column.hasHtmlWaiting);
      column?.showHtml();
      this.#isSwapping = Boolean(column);
      if (column) nextTurn(swap);
    };
    nextTurn(swap);
  }

  #keepTicking() {
    const isNeeded = this.columns.some((column) => !column.isEnded);
    if (isNeeded && this.#ticker === undefined) {
      this.#ticker = setInterval(() => this.#tick(), TICK_MS);
      this.#tick();
    }
  }

  #tick() {
    if (this.columns.every((column) => column.isEnded)) {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
      return;
    }
    // What the page can no longer follow must not look alive.
    if (document.hidden || this.socket.isFinal) return;
    const now = this.clock.now();
    for (const column of this.columns) column.tick(now);
  }

  async #loadSummary() {
    try {
      const response = await fetch(this.dataset.summary);
      if (!response.ok || this.isRunning) return;
      const mould = document.createElement("template");
      mould.innerHTML = await response.text();
      this.summarySlot.replaceChildren(mould.content);
      this.summarySlot.hidden = false;
    } catch {
      showToast("The summary could not be loaded. Reload the page to see it.");
    }
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {EventTarget | null} column of the answer to stop; without it, all
   */
  async #stop(button, column) {
    const message = { type: "cancel" };
    if (column) message.id = /** @type {AnswerColumn} */ (column).dataset.id;
    button.setAttribute("aria-disabled", "true");
    if (this.socket.send(message) || (await postButton(button))) return;
    button.removeAttribute("aria-disabled");
    showToast("That could not be stopped: the portal does not answer.");
  }

  /** @param {HTMLButtonElement} button */
  async #retry(button) {
    const isTaken = await postButton(button);
    if (isTaken && !this.socket.isOpen) location.reload();
    if (isTaken) return;
    button.removeAttribute("aria-disabled");
    showToast("That could not be retried: the portal does not answer, or the answer is being made again already.");
  }
}

/** In the next frame; frames stop while the page is hidden, but the turn must come. @param {() => void} work */
function nextTurn(work) {
  if (document.hidden) setTimeout(work);
  else requestAnimationFrame(work);
}

/**
 * @param {string} label
 * @param {GenerationState} state
 */
function endingText(label, state) {
  if (state.status === "failed") return `${label} failed.`;
  if (state.status === "cancelled") return `${label} stopped.`;
  const tokens = state.completion_tokens === null ? "" : `, ${state.completion_tokens} tokens`;
  const time = state.duration_ms === null ? "" : `, ${durationText(state.duration_ms)}`;
  return `${label} finished${tokens}${time}.`;
}

customElements.define("compare-board", CompareBoard);
