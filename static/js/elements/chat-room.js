/**
 * A chat on its page: sends what is asked, feeds the answer from the socket, keeps the draft.
 *
 * `data-socket`, `data-thread-url`, `data-meter-url`: addresses; `data-draft`: the draft's name;
 * `data-now`: the server's time when the page was made, in s.
 */
import { Announcer } from "../announcer.js";
import { ServerClock } from "../clock.js";
import { ConnectionBanner } from "../connection-banner.js";
import { forgetDraft, keepDraft, readDraft } from "../drafts.js";
import { LiveSocket } from "../live-socket.js";
import { PaintSchedule } from "../paint-schedule.js";
import { fetchPieces, sendForm } from "../pieces.js";
import { showToast } from "../toasts.js";

const TICK_MS = 100;
const DRAFT_WAIT_MS = 300;
/** How far above the end still counts as being at the end, in px. */
const NEAR = 120;

/**
 * @typedef {import("./answer-column.js").AnswerColumn} AnswerColumn
 * @typedef {import("./answer-column.js").GenerationState} GenerationState
 */

export class ChatRoom extends HTMLElement {
  #isReloading = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticker;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #drafting;

  connectedCallback() {
    customElements.whenDefined("answer-column").then(() => this.#begin());
  }

  #begin() {
    this.clock = new ServerClock(Number(this.dataset.now));
    this.announcer = new Announcer(this.querySelector("[data-announcer]"));
    this.banner = new ConnectionBanner(this.querySelector("[data-connection]"));
    this.schedule = new PaintSchedule(() => this.#paint());
    this.composer = /** @type {HTMLFormElement | null} */ (this.querySelector("[data-composer]"));
    this.addEventListener("submit", (event) => this.#onSubmit(event));
    this.addEventListener("click", (event) => this.#onClick(event));
    this.addEventListener("keydown", (event) => this.#onKey(event));
    this.addEventListener("input", (event) => this.#onInput(event));
    this.addEventListener("copy-text", (event) => this.#fillCopy(/** @type {CustomEvent} */ (event)));
    if (matchMedia("(width < 56rem)").matches) this.querySelector("[data-settings-fold]")?.removeAttribute("open");
    this.#beginComposer();
    this.#watchOlder();
    this.socket = new LiveSocket(this.dataset.socket);
    this.socket.addEventListener("message", (event) => this.#onMessage(event.detail));
    this.socket.addEventListener("state", (event) => this.banner.show(event.detail));
    this.socket.connect();
    this.#toEnd();
  }

  /** @returns {AnswerColumn[]} */
  get answers() {
    return [...this.querySelectorAll("answer-column")];
  }

  get isAnswering() {
    return this.answers.some((answer) => !answer.isEnded);
  }

  /** @param {any} message */
  #onMessage(message) {
    switch (message.type) {
      case "snapshot":
        this.banner.caughtUp();
        for (const state of message.generations) this.#showGeneration(state, false);
        this.#showState(message.status);
        break;
      case "frame":
        for (const piece of message.pieces) this.#take(piece);
        this.schedule.request();
        break;
      case "generation":
        this.#showGeneration(message, true);
        break;
      case "chat":
        this.#showState(message.status);
        break;
      case "error":
        showToast(message.detail);
        break;
    }
  }

  /** @param {import("../live-text.js").Piece & {id: string}} piece */
  #take(piece) {
    const answer = this.answers.find((answer) => answer.dataset.id === piece.id);
    if (answer?.take(piece)) this.socket.resync();
  }

  /**
   * @param {GenerationState} state
   * @param {boolean} isNews whether it has just changed
   */
  #showGeneration(state, isNews) {
    const answer = this.answers.find((answer) => answer.dataset.id === state.id);
    if (!answer) {
      // Asked in another window.
      if (isNews) this.#reloadThread();
      return;
    }
    const follows = this.#isAtEnd();
    if (answer.show(state)) {
      this.announcer.say(endingText(answer.label, state));
      this.#refreshMeter();
    }
    if (answer.hasHtmlWaiting) answer.showHtml();
    if (follows) this.#toEnd();
    this.schedule.request();
    this.#keepTicking();
  }

  /** @param {string} status */
  #showState(status) {
    const isAnswering = status === "answering" && this.isAnswering;
    this.socket.expectsNews = isAnswering;
    const send = this.querySelector("[data-send]");
    const stop = this.querySelector("[data-stop-answer]");
    if (send) send.hidden = isAnswering;
    if (stop) {
      stop.hidden = !isAnswering;
      stop.removeAttribute("aria-disabled");
    }
    document.title = document.title.replace(/^● /, "");
    if (isAnswering) document.title = `● ${document.title}`;
  }

  #paint() {
    const follows = this.#isAtEnd();
    for (const answer of this.answers) answer.write();
    if (follows) this.#toEnd();
  }

  #isAtEnd() {
    const page = document.scrollingElement;
    return page.scrollHeight - page.scrollTop - page.clientHeight < NEAR;
  }

  #toEnd() {
    const page = document.scrollingElement;
    page.scrollTop = page.scrollHeight;
  }

  #keepTicking() {
    if (!this.isAnswering || this.#ticker !== undefined) return;
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
  }

  #tick() {
    if (!this.isAnswering) {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
      return;
    }
    const now = this.clock.now();
    for (const answer of this.answers) answer.tick(now);
  }

  /** @param {SubmitEvent} event */
  async #onSubmit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form === this.composer) {
      event.preventDefault();
      await this.#send();
    } else if (form.id === "chat-cancel") {
      event.preventDefault();
      this.#stop();
    } else if ("piece" in form.dataset) {
      event.preventDefault();
      await this.#sendPiece(form);
    } else if ("settings" in form.dataset) {
      event.preventDefault();
      await this.#applySettings(form);
    }
  }

  async #send() {
    const area = this.#area;
    if (!area.value.trim() || this.composer.ariaBusy === "true") return;
    this.composer.ariaBusy = "true";
    const outcome = await sendForm(this.composer, (piece) => this.#onPiece(piece));
    this.composer.ariaBusy = null;
    this.#showErrors(outcome.problems);
    if (!outcome.isTaken) return;
    area.value = "";
    area.style.removeProperty("height");
    clearTimeout(this.#drafting);
    forgetDraft(this.dataset.draft);
    this.#toEnd();
    area.focus();
  }

  /** @param {HTMLFormElement} form */
  async #sendPiece(form) {
    const outcome = await sendForm(form, (piece) => this.#onPiece(piece));
    for (const problem of outcome.problems) showToast(problem);
  }

  /** @param {HTMLFormElement} form */
  async #applySettings(form) {
    const state = form.querySelector("[data-settings-state]");
    const outcome = await sendForm(form, (piece) => this.#onPiece(piece));
    if (state) state.textContent = outcome.isTaken ? "Applied." : "";
    for (const problem of outcome.problems) showToast(problem);
    if (!outcome.isTaken) return;
    const chosen = form.querySelector("[data-model]").selectedOptions[0].textContent.split(" · ")[0];
    this.querySelector("[data-settings-fold] > summary span").textContent = chosen;
    this.#area.placeholder = `Ask ${chosen}`;
    form.querySelector("[data-meter-preview]").replaceChildren();
    form.dispatchEvent(new CustomEvent("settings-applied", { bubbles: true }));
  }

  /** @param {Element} piece */
  #onPiece(piece) {
    if (piece.id !== "thread") return;
    this.#watchOlder();
    this.#showState(this.isAnswering ? "answering" : "idle");
    this.#keepTicking();
    this.socket.resync();
  }

  async #reloadThread() {
    if (this.#isReloading) return;
    this.#isReloading = true;
    await fetchPieces(this.dataset.threadUrl, (piece) => this.#onPiece(piece));
    this.#isReloading = false;
  }

  async #refreshMeter() {
    await fetchPieces(this.dataset.meterUrl, (piece) => this.#markDropped(piece));
  }

  /** @param {Element} meter */
  #markDropped(meter) {
    const dropped = new Set(meter.dataset.dropped.split(" ").map((id) => `message-${id}`));
    for (const entry of this.querySelectorAll(".entry")) {
      entry.classList.toggle("is-dropped", dropped.has(entry.id));
    }
  }

  #stop() {
    const button = this.querySelector("[data-stop-answer]");
    button?.setAttribute("aria-disabled", "true");
    if (this.socket.send({ type: "cancel" })) return;
    const form = /** @type {HTMLFormElement} */ (this.querySelector("#chat-cancel"));
    fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => {
      button?.removeAttribute("aria-disabled");
      showToast("That could not be stopped: the portal does not answer.");
    });
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const older = /** @type {HTMLElement} */ (event.target).closest(".thread-older a");
    if (!older) return;
    event.preventDefault();
    this.#loadOlder();
  }

  #watchOlder() {
    this.observer?.disconnect();
    const older = this.querySelector(".thread-older");
    if (!older) return;
    this.observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.#loadOlder();
    });
    this.observer.observe(older);
  }

  async #loadOlder() {
    const older = /** @type {HTMLElement | null} */ (this.querySelector(".thread-older"));
    if (!older || older.ariaBusy === "true") return;
    older.ariaBusy = "true";
    try {
      const response = await fetch(older.querySelector("a").href);
      if (!response.ok) throw new Error(String(response.status));
      this.#putOlder(older, await response.text());
    } catch {
      older.ariaBusy = null;
      showToast("Older messages could not be loaded. Press “Older messages” to try again.");
    }
  }

  /**
   * What the reader looks at stays where it is.
   * @param {HTMLElement} older
   * @param {string} html
   */
  #putOlder(older, html) {
    const mould = document.createElement("template");
    mould.innerHTML = html;
    const further = mould.content.querySelector("template[data-older]");
    const page = document.scrollingElement;
    const fromEnd = page.scrollHeight - page.scrollTop;
    older.after(mould.content);
    if (further instanceof HTMLElement) {
      const link = older.querySelector("a");
      link.href = `${this.dataset.threadUrl}?before=${further.dataset.older}`;
      older.ariaBusy = null;
      further.remove();
    } else {
      older.remove();
    }
    page.scrollTop = page.scrollHeight - fromEnd;
    this.#watchOlder();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "Escape" && this.isAnswering && !document.querySelector(":popover-open")) {
      this.#stop();
    }
    if (event.target !== this.#area || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.composer.requestSubmit();
    } else if (event.key === "ArrowUp" && !this.#area.value) {
      event.preventDefault();
      this.#editLast();
    }
  }

  #editLast() {
    const edits = this.querySelectorAll(".entry-edit");
    const last = /** @type {HTMLDetailsElement | undefined} */ (edits[edits.length - 1]);
    if (!last) return;
    last.open = true;
    last.querySelector("textarea").focus();
  }

  /** @param {Event} event */
  #onInput(event) {
    if (event.target === this.#area) {
      clearTimeout(this.#drafting);
      this.#drafting = setTimeout(() => this.#keepDraft(), DRAFT_WAIT_MS);
    }
    const form = /** @type {HTMLElement} */ (event.target).closest("[data-settings]");
    const state = form?.querySelector("[data-settings-state]");
    if (state) state.textContent = "Not applied yet";
    if (/** @type {HTMLElement} */ (event.target).matches("[data-model]")) this.#previewMeter();
  }

  /** Switching to a smaller window says what it would drop before anything is sent. */
  async #previewMeter() {
    const select = /** @type {HTMLSelectElement} */ (this.querySelector("[data-model]"));
    const slot = this.querySelector("[data-meter-preview]");
    const response = await fetch(`${this.dataset.meterUrl}?model=${select.value}`).catch(() => null);
    if (!response?.ok) return;
    const mould = document.createElement("template");
    mould.innerHTML = await response.text();
    const preview = mould.content.firstElementChild;
    preview.removeAttribute("id");
    preview.querySelector("label")?.removeAttribute("for");
    preview.querySelector("meter")?.removeAttribute("id");
    slot.replaceChildren(preview);
  }

  #beginComposer() {
    const area = this.#area;
    if (!area) return;
    const draft = readDraft(this.dataset.draft);
    if (draft?.fields.content && !area.value) area.value = draft.fields.content;
    addEventListener("pagehide", () => this.#keepDraft());
  }

  #keepDraft() {
    if (this.#area.value) keepDraft(this.dataset.draft, { fields: { content: this.#area.value }, models: [] });
    else forgetDraft(this.dataset.draft);
  }

  /** @returns {HTMLTextAreaElement} */
  get #area() {
    return this.composer?.querySelector("textarea");
  }

  /** @param {string[]} problems */
  #showErrors(problems) {
    const box = this.querySelector("[data-errors]");
    box.replaceChildren(
      ...problems.map((problem) => Object.assign(document.createElement("p"), { textContent: problem })),
    );
    box.hidden = problems.length === 0;
  }

  /** @param {CustomEvent} event */
  #fillCopy(event) {
    const entry = /** @type {HTMLElement} */ (event.target).closest(".entry");
    const answer = /** @type {AnswerColumn | null} */ (entry?.querySelector("answer-column"));
    if (answer?.contains(/** @type {Node} */ (event.target))) return;
    event.detail.text = answer ? answer.text : entry.querySelector("[data-text]").textContent;
  }
}

/**
 * @param {string} label
 * @param {GenerationState} state
 */
function endingText(label, state) {
  if (state.status === "failed") return `${label} failed.`;
  if (state.status === "cancelled") return `${label} stopped.`;
  return `${label} finished. ${state.text.slice(0, 200)}`;
}

customElements.define("chat-room", ChatRoom);
