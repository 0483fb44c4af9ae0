/** The page that starts a comparison. */
import "./elements/draft-keeper.js";
import "./elements/model-picker.js";
import "./elements/prompt-field.js";
