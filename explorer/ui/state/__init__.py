"""What the pages stand at, in the address and in the session of a visitor; nothing here draws."""
