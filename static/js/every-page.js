/** What every page uses. */
import "./elements/copy-button.js";
import "./elements/relative-time.js";
import "./elements/theme-switch.js";
import "./elements/toast-stack.js";
