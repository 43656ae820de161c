"""What is done on a worker's host: one process an action, told by a line of JSON, answering with another.

`fab` runs ``python -m stormtracks.on_host ACTION`` there over SSH (or here, for ``launch: local``). This runs before
anything is known of the host, so `__main__` keeps to what an old Python reads, and `receive` needs none of our code.
"""
