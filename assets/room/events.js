// The events by which a page's room and whoever draws a tally find each other: the room has news, a tally's question is
// wanted, a room has come.

export const NEWS = "explorer:room";
export const ASK = "explorer:room-ask";
export const HERE = "explorer:room-here";
