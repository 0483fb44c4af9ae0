/** The form of a new chat. */
import "./elements/parameter-panel.js";
import "./elements/prompt-field.js";
