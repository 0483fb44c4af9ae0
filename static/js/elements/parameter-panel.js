/**
 * The controls of a model's parameters: binds slider and number, resets, and changes with the model.
 * What was set for one model is set aside when another is chosen, and comes back with it.
 *
 * `data-set-aside`: JSON of what was set before, {model: {field: text}};
 * `data-follows`: selector of the select that chooses the model; `data-url`: the address of a model's
 * controls, with `MODEL` in the place of its id. Event: `parameters-changed`, bubbling.
 */
import { showToast } from "../toasts.js";

/** Controls of a model never change while a page is open. @type {Map<string, Promise<string>>} */
const known = new Map();

export class ParameterPanel extends HTMLElement {
  /** What was set, by model. @type {Map<string, Map<string, string>>} */
  #setAside = new Map();
  #wanted = "";

  connectedCallback() {
    for (const [model, fields] of Object.entries(JSON.parse(this.dataset.setAside ?? "{}"))) {
      this.#setAside.set(model, new Map(Object.entries(fields)));
    }
    this.addEventListener("input", (event) => this.#onInput(event));
    this.addEventListener("click", (event) => this.#onClick(event));
    const select = document.querySelector(this.dataset.follows);
    if (!(select instanceof HTMLSelectElement)) return;
    select.addEventListener("change", () => this.#follow(select.value));
    // Soon wanted, perhaps: the reader looks through the models.
    select.addEventListener("focus", () => this.#controlsOf(select.value));
  }

  /** @returns {HTMLElement} */
  get controls() {
    return this.querySelector("[data-controls]");
  }

  /** @returns {(HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement)[]} */
  get fields() {
    return [...this.querySelectorAll("[name^=parameter-]")];
  }

  /** @param {string} model */
  async #follow(model) {
    this.#wanted = model;
    const former = this.controls;
    let html;
    try {
      html = await this.#controlsOf(model);
    } catch {
      known.delete(model);
      showToast("The parameters of that model could not be loaded. Choose it again to try once more.");
      return;
    }
    if (this.#wanted !== model || former.dataset.model === model) return;
    const values = this.#values();
    this.#setAside.set(former.dataset.model, values);
    const mould = document.createElement("template");
    mould.innerHTML = html;
    former.replaceWith(mould.content);
    this.#fill(this.#setAside.get(model) ?? new Map());
    this.#showSetAside(former, values);
    this.dispatchEvent(new CustomEvent("parameters-changed", { bubbles: true }));
  }

  /**
   * @param {string} model
   * @returns {Promise<string>}
   */
  #controlsOf(model) {
    let html = known.get(model);
    if (!html) {
      html = fetch(this.dataset.url.replace("MODEL", model)).then((response) => {
        if (!response.ok) throw new Error(String(response.status));
        return response.text();
      });
      known.set(model, html);
    }
    return html;
  }

  #values() {
    return new Map(this.fields.filter((field) => field.value).map((field) => [field.name, field.value]));
  }

  /** @param {Map<string, string>} values */
  #fill(values) {
    for (const field of this.fields) {
      const value = values.get(field.name);
      if (value === undefined || field.disabled || !fits(field, value)) continue;
      field.value = value;
      this.#showState(field);
    }
  }

  /**
   * Say what was set for the former model and does not hold here; what fits can be taken over.
   * @param {HTMLElement} former
   * @param {Map<string, string>} values
   */
  #showSetAside(former, values) {
    this.querySelector(".set-aside")?.remove();
    if (values.size === 0) return;
    const label = this.controls.dataset.label;
    const box = document.createElement("div");
    box.className = "notice set-aside";
    const body = document.createElement("div");
    body.className = "notice-body";
    const head = document.createElement("p");
    head.textContent = `Set aside with ${former.dataset.label}; switching back brings it back:`;
    const list = document.createElement("ul");
    for (const [name, value] of values) {
      const row = document.createElement("li");
      const field = this.fields.find((field) => field.name === name && !field.disabled);
      const parameter = former.querySelector(`[data-parameter="${name.replace("parameter-", "")}"]`);
      const trouble = !field ? `, not supported by ${label}` : fits(field, value) ? "" : `, out of range for ${label}`;
      row.textContent = `${parameter.dataset.name} ${value}${trouble}`;
      list.append(row);
    }
    body.append(head, list);
    if (this.fields.some((field) => values.has(field.name) && !field.disabled && fits(field, values.get(field.name)))) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button small";
      button.textContent = "Use what fits here too";
      button.addEventListener("click", () => {
        this.#fill(values);
        box.remove();
        this.dispatchEvent(new CustomEvent("parameters-changed", { bubbles: true }));
      });
      body.append(button);
    }
    box.append(body);
    this.prepend(box);
  }

  /** @param {Event} event */
  #onInput(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const parameter = field.closest("[data-parameter]");
    if (!parameter) return;
    const number = /** @type {HTMLInputElement} */ (parameter.querySelector("[name^=parameter-]"));
    if (field.matches("[data-slider]")) number.value = field.value;
    this.#showState(number);
    this.dispatchEvent(new CustomEvent("parameters-changed", { bubbles: true }));
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-reset], [data-reset-all]");
    if (!button) return;
    const parameter = button.closest("[data-parameter]");
    const fields = parameter ? this.fields.filter((field) => parameter.contains(field)) : this.fields;
    for (const field of fields) {
      field.value = "";
      this.#showState(field);
    }
    fields[0]?.focus();
    this.dispatchEvent(new CustomEvent("parameters-changed", { bubbles: true }));
  }

  /**
   * Slider and reset button follow the field.
   * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} field
   */
  #showState(field) {
    const parameter = field.closest("[data-parameter]");
    parameter.querySelector("[data-reset]").hidden = !field.value;
    const slider = /** @type {HTMLInputElement | null} */ (parameter.querySelector("[data-slider]"));
    if (slider) slider.value = field.value || slider.defaultValue;
  }
}

/**
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} field
 * @param {string} value
 */
function fits(field, value) {
  if (field instanceof HTMLSelectElement) return [...field.options].some((option) => option.value === value);
  if (field instanceof HTMLTextAreaElement) return true;
  const number = Number(value);
  const isAbove = field.min === "" || number >= Number(field.min);
  return isAbove && (field.max === "" || number <= Number(field.max));
}

customElements.define("parameter-panel", ParameterPanel);
