"""The tasks, one module each: the only place that knows in which order the stages of the science are called."""
