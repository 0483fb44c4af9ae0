/**
 * Finds models among many and counts the chosen ones; the checkboxes work without it.
 * `data-maximum`: how many may be chosen.
 */
import { showToast } from "../toasts.js";

export class ModelPicker extends HTMLElement {
  connectedCallback() {
    this.maximum = Number(this.dataset.maximum);
    this.search = this.querySelector("input[type=search]");
    this.nothing = this.querySelector(".picker-nothing");
    /** @type {HTMLElement[]} */
    this.rows = [...this.querySelectorAll(".model")];
    this.form = this.closest("form");
    this.facet = "";

    this.search.addEventListener("input", () => this.#filter());
    this.addEventListener("keydown", (event) => this.#onKey(event));
    this.addEventListener("click", (event) => this.#onClick(event));
    this.addEventListener("change", (event) => this.#onChoice(event));
    this.form?.addEventListener("change", () => this.#count());
    this.#count();
    this.#filter();
  }

  get boxes() {
    return this.rows.map((row) => row.querySelector("input"));
  }

  get chosen() {
    return this.boxes.filter((box) => box.checked);
  }

  /** @param {Event} event */
  #onChoice(event) {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.name !== "models" || !box.checked) return;
    if (this.chosen.length > this.maximum) {
      box.checked = false;
      showToast(`At most ${this.maximum} models can be asked at once.`);
    }
  }

  #count() {
    const count = this.chosen.length;
    this.querySelector("[data-count]").textContent = `${count} / ${this.maximum}`;
    const label = this.form?.querySelector("[data-submit-label]");
    if (label) label.textContent = count ? `Ask ${count} model${count === 1 ? "" : "s"}` : "Ask";
    const selection = this.form?.querySelector("[data-selection]");
    if (selection) selection.textContent = this.#selectionText(count);
  }

  /** @param {number} count */
  #selectionText(count) {
    if (count === 0) return `Choose up to ${this.maximum} models.`;
    if (count === 1) return "Choose another one to compare.";
    return count === this.maximum ? "That is as many as can be asked at once." : "";
  }

  #filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of this.rows) {
      const isFound = words.every((word) => row.dataset.search.includes(word));
      row.hidden = !(isFound && this.#isInFacet(row));
    }
    for (const group of this.querySelectorAll(".model-group")) {
      /** @type {HTMLElement} */ (group).hidden = !group.querySelector(".model:not([hidden])");
    }
    this.nothing.hidden = this.rows.some((row) => !row.hidden);
  }

  /** @param {HTMLElement} row */
  #isInFacet(row) {
    if (this.facet === "chosen") return row.querySelector("input").checked;
    return !this.facet || row.dataset.provider === this.facet;
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    if (!button) return;
    if (button.matches("[data-clear]")) {
      this.search.value = "";
      this.#choose("");
      this.search.focus();
    } else if (button.matches(".chip")) this.#choose(button.value);
  }

  /** @param {string} facet */
  #choose(facet) {
    this.facet = facet;
    for (const chip of this.querySelectorAll(".chip")) {
      const isChosen = /** @type {HTMLButtonElement} */ (chip).value === facet;
      chip.setAttribute("aria-pressed", String(isChosen));
    }
    this.#filter();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isSearch = event.target === this.search;
    if (event.key === "Enter" && (isSearch || /** @type {HTMLElement} */ (event.target).matches(".model input"))) {
      // Enter would send the form before the choice is made.
      event.preventDefault();
      if (isSearch) this.#focusRow(0);
    } else if (step) {
      const visible = this.boxes.filter((box) => !box.closest(".model").hidden);
      const here = visible.indexOf(/** @type {HTMLInputElement} */ (event.target));
      if (here < 0 && !isSearch) return;
      event.preventDefault();
      if (here + step < 0) this.search.focus();
      else this.#focusRow(Math.min(here + step, visible.length - 1));
    }
  }

  /** @param {number} index among the visible rows */
  #focusRow(index) {
    const row = this.rows.filter((row) => !row.hidden)[index];
    row?.querySelector("input").focus();
  }
}

customElements.define("model-picker", ModelPicker);
// Only a mark: the search and the facets are shown where scripts run.
customElements.define("model-search", class extends HTMLElement {});
