"""What of a folder is chosen, and which tracks that is: `choice` and `asked`, `opened`, `selection`, `named_storm`."""
