"""What stands around every page: keys, hints, notices, Share, the bar of a room, the projector."""
