"""The slots of a worker: a process each, what is done around its tasks, and who watches over them."""
