/**
 * Keeps what is typed and chosen in the form around it until the question has been asked.
 * `data-owner`: whose draft; `data-is-bound`: the server filled the form, keep that.
 */
import { keepDraft, readDraft } from "../drafts.js";

const WAIT_MS = 300;

export class DraftKeeper extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  connectedCallback() {
    this.form = this.closest("form");
    const owner = this.dataset.owner;
    if (!this.form || !owner) return;
    if (!("isBound" in this.dataset) && !location.search) this.#restore(readDraft(owner));
    const keep = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#keep(owner), WAIT_MS);
    };
    this.form.addEventListener("input", keep);
    this.form.addEventListener("change", keep);
    this.form.addEventListener("submit", () => this.#keep(owner));
  }

  /** @param {string} owner */
  #keep(owner) {
    clearTimeout(this.#timer);
    const fields = {};
    for (const field of this.#fields()) fields[field.name] = field.value;
    const models = this.#boxes().filter((box) => box.checked).map((box) => box.value);
    keepDraft(owner, { fields, models });
  }

  /** @param {import("../drafts.js").Draft | null} draft */
  #restore(draft) {
    if (!draft) return;
    for (const field of this.#fields()) {
      const value = draft.fields?.[field.name];
      if (value && !field.value) {
        field.value = value;
        field.closest("details")?.setAttribute("open", "");
      }
    }
    for (const box of this.#boxes()) {
      if (draft.models?.includes(box.value)) box.checked = true;
    }
    this.form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** @returns {(HTMLTextAreaElement | HTMLInputElement)[]} */
  #fields() {
    return [...this.querySelectorAll("textarea[name], input[type=number][name]")];
  }

  /** @returns {HTMLInputElement[]} */
  #boxes() {
    return [...this.querySelectorAll("input[type=checkbox][name=models]")];
  }
}

customElements.define("draft-keeper", DraftKeeper);
