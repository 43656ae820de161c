"""What is counted of results, and all that statistics keep of them: of a year's tracks, and of a member's list."""
