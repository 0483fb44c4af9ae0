/** Buttons for the theme: applied at once, and kept in a cookie that the server renders. */
const YEAR_S = 365 * 24 * 3600;

export class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("button[aria-pressed]");
      if (button instanceof HTMLButtonElement) this.#choose(button.value);
    });
    this.#mark(document.documentElement.dataset.theme ?? "");
  }

  /** @param {string} theme */
  #choose(theme) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    const age = theme ? YEAR_S : 0;
    document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax${secure}`;
    document.documentElement.dataset.theme = theme || "system";
    this.#mark(theme);
  }

  /** @param {string} theme */
  #mark(theme) {
    for (const button of this.querySelectorAll("button[aria-pressed]")) {
      const value = /** @type {HTMLButtonElement} */ (button).value || "system";
      button.setAttribute("aria-pressed", String(value === (theme || "system")));
    }
  }
}

customElements.define("theme-switch", ThemeSwitch);
