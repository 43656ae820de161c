"""A table with the names of the real tasks, which do what the setting `do` says: a task of `cluster_tasks`."""

from tests import cluster_tasks


def _named(name):
    def task(year, member, setup, progress=None):
        doing = (setup.get("settings") or {}).get("do", "write_result")
        of_member = (setup.get("settings") or {}).get("of", {}).get(str(member))
        if (of_member or doing) == "write_result":
            return cluster_tasks.write(name, year, member, setup)
        return cluster_tasks.TASKS[of_member or doing](year, member, setup, progress)

    return task


TASKS = {name: _named(name) for name in ("vort_track", "field_collection", "classify")}
