"""What is known of all results of a folder without opening them: heads of their tracks, their matches, how made.

``RESULTS/.index/TASK/YEAR.columns`` holds it, for each result with the size and time of change of its file, so that one
that has been replaced is read again. It saves time only: it may be deleted at any time, and is made anew.
"""
