"""What finds workers and reaches them: an engine each, behind one door, chosen by the plan."""
