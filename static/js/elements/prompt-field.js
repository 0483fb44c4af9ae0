/** The prompt's text area: counts characters, grows with the text, Ctrl or Cmd and Enter ask. */
import { codePoints } from "../live-text.js";

export class PromptField extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector("textarea");
    this.counter = this.querySelector("[data-counter]");
    this.maximum = Number(this.dataset.maximum) || Infinity;
    this.area.addEventListener("input", () => this.#update());
    this.area.form?.addEventListener("change", () => this.#update());
    this.area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.area.form?.requestSubmit();
    });
    this.#update();
  }

  #update() {
    const count = codePoints(this.area.value);
    const isOver = count > this.maximum;
    const limit = isOver || count > this.maximum * 0.8 ? ` / ${this.maximum.toLocaleString("en")}` : "";
    this.counter.textContent = count ? `${count.toLocaleString("en")}${limit} characters` : "";
    this.counter.classList.toggle("is-over", isOver);
    if (!CSS.supports("field-sizing", "content")) this.#grow();
  }

  #grow() {
    this.area.style.setProperty("height", "auto");
    this.area.style.setProperty("height", `${this.area.scrollHeight + 2}px`);
  }
}

customElements.define("prompt-field", PromptField);
