/** The form of a preset. */
import "./elements/parameter-panel.js";
