"""Tracks of all members -> groups, each of which is one storm: by what runs together, and by the best tracks."""
