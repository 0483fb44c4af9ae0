/** The page of one chat. */
import "./elements/answer-column.js";
import "./elements/chat-room.js";
import "./elements/parameter-panel.js";
