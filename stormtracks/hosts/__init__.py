"""What `fab` commands do: all hosts at once, each over SSH (or here) with one process of `on_host` an action."""
