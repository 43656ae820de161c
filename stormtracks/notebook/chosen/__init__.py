"""What of a folder is chosen, and which tracks that is: `choice`, `opened`, `selection`, `named_storm`."""
