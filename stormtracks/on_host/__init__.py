"""What is done on a worker's host: one process per action, whose request and answer are a line of JSON each.

`fab` runs ``python -m stormtracks.on_host ACTION`` there over SSH (or here, for ``launch: local``). At that time
nothing is known of the host, so `__main__` keeps to what an old Python reads, and `receive` needs none of our code.
"""
