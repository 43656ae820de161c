"""Times, and starts and leads of forecasts, as files state them."""

# ruff: noqa: E501 (a case a line)

import numpy as np

from tests.science.reanalysis.cases import HOURS, SINCE, Case, Draft

LATER = "2005-08-02T00:00:00"
ONE_LEAD = {"settings": {"level_hpa": 850}, "first": LATER}
PERIOD = {"standard_name": "forecast_period"}
START = {"standard_name": "forecast_reference_time", "units": SINCE}
SECONDS = HOURS * 3600
N = len(HOURS)


def u850():
    """A draft whose names state the level."""
    return Draft().rename(u="u850", v="v850")


def times(units, values, kind=float, **attributes):
    """Times in other units or stored in another way."""
    return u850().stored("time", np.asarray(values).astype(kind), units=units, **attributes)


def lead(name, values=(24,), units="hours", **attributes):
    """Analysis times become starts, with a dimension of leads."""
    return u850().dimension(name, np.asarray(values, float), units=units, **attributes)


def start_and_leads(start, name, units="hours", values=HOURS, starts=1, **attributes):
    """One start, and the times are leads."""
    draft = u850().rename(time=name).stored(name, np.asarray(values, float), units=units, **attributes)
    return draft.dimension(start, np.arange(starts) * 24.0, units=SINCE, after=name, others=1.0)


def valid(draft, dimensions, values=None, name="valid_time", **attributes):
    """A coordinate of valid times."""
    values = HOURS if values is None else values
    return draft.coordinate(name, dimensions, values, units=SINCE, **attributes)


def seasonal(dimensions=("forecast_reference_time", "forecast_period"), values=HOURS, **changes):
    """As the Climate Data Store has seasonal forecasts: members, one start, periods, valid times of two dimensions."""
    draft = start_and_leads("forecast_reference_time", "forecast_period", **PERIOD)
    shape = [1 if name == "forecast_reference_time" else len(values) for name in dimensions]
    return valid(draft, dimensions, np.reshape(values, shape), standard_name="time").rename(**changes)


CASES = [
    # units
    *[Case(f"{unit} since", times(f"{unit} since 2005-08-01", HOURS * 3600 / seconds)) for unit, seconds in {
        "days": 86400, "day": 86400, "d": 86400, "weeks": 604800, "Hours": 3600, "hr": 3600, "hrs": 3600, "h": 3600, "minutes": 60, "min": 60, "secs": 1,
        "s": 1, "milliseconds": 1e-3, "msec": 1e-3, "ms": 1e-3, "microseconds": 1e-6, "us": 1e-6, "nanoseconds": 1e-9, "ns": 1e-9,
    }.items()],
    *[Case(f"whole {unit}", times(f"{unit} since 2005-08-01T00:00:00Z", HOURS * 3600 * factor, "i8")) for unit, factor in {"seconds": 1, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}.items()],
    Case("a nanosecond's reference", times("nanoseconds since 2005-07-31 18:00:00.00004", (HOURS + 6) * 3.6e12, "i8")),
    *[Case(f"since {date}", times(f"hours since {date}", HOURS)) for date in ("2005-8-1", "2005/08/01 00:00", "20050801", "2005-08-01 00", "2005-08-01 00:00:0.0", "2005-08-01T00:00:00.000Z", "2005-08-01 00:00:00 UTC", "2005-08-01 06:00:00 +6:00", "2005-07-31 18:00 -6:00", "2005-07-31 18:00:00-0600", "2005-08-01 05:30:00 +05:30")],
    Case("a zone by name", times("hours since 2005-08-01 00:00:00 EST", HOURS), refused="'2005-08-01 00:00:00 EST' is not a date"),
    *[Case(f"a zone of {zone}", times(f"hours since 2005-08-01 00:00:00 {zone}", HOURS), refused=f"there is no time zone '.{zone[1:]}'") for zone in ("+99:00", "-15:00", "+05:75", "+1500")],
    *[Case(f"an hour of {hour}", times(f"hours since 2005-08-01 {hour}", HOURS), refused="cannot be understood") for hour in ("25:00:00", "12:75:00")],
    Case("months", times("months since 2000-01-01", np.arange(N)), refused="times in 'months' cannot be understood, because these are not equally long"),
    Case("years", times("years since 1900-01-01", np.arange(N)), refused="times in 'years' cannot be understood"),
    Case("no date", times("Month", np.arange(N)), refused="times in 'month' cannot be understood, because these are not equally long"),
    Case("time without units", u850().says("time", units=None), refused="they say no date"),
    Case("CDO's absolute time", times("day as %Y%m%d.%f", 20050801 + HOURS // 24 + HOURS % 24 / 24)),
    Case("CDO's absolute time, whole days", times("day as %Y%m%d", 20050801 + np.arange(N), "i4"), points=N, settings={"max_speed_m_s1": 40.0}),
    Case("CDO's absolute time, no date", times("day as %Y%m%d.%f", 20051301 + HOURS), refused="cannot be understood"),
    # packing
    Case("scale of time", times(SINCE, HOURS / 6, "i2", scale_factor=6.0)),
    *[Case(f"scale of time that is {scale}", times(SINCE, HOURS, scale_factor=scale), refused="its scale_factor must be one finite number") for scale in (np.nan, "0,5", [1.0, 2.0])],
    Case("scale and offset of time", times(SINCE, (HOURS - 100) / 2, "i4", scale_factor=np.float32(2), add_offset=np.float32(100))),
    Case("unsigned time", times("hours since 2005-07-23 16:00:00", HOURS + 200, "u1")),
    Case("unsigned by attribute", u850().stored("time", (HOURS + 200).astype("u1").view("i1"), units="hours since 2005-07-23 16:00:00", _Unsigned="true")),
    Case("single precision, seconds", times("seconds since 1970-01-01", SECONDS + 1122854400, "f4")),
    Case("single precision, days", times("days since 1800-01-01", (SECONDS + 1122854400 + 62091 * 86400) / 86400, "f4")),
    Case("single precision, minutes", times("minutes since 1900-01-01", (SECONDS + 1122854400 + 25567 * 86400) / 60, "f4")),
    *[Case(f"single precision, {name}", times(f"{unit} since 0001-01-01", exact, "f4")) for name, unit, exact in [("hours since year 1, which are even", "hours", HOURS + 17571840), ("days since year 1, which are quarters", "days", HOURS / 24 + 732160), ("seconds since year 1", "seconds", SECONDS + 732160 * 86400)]],
    *[Case(f"single precision, {name}", Draft(hours=hours).rename(u="u850", v="v850").stored("time", (np.asarray(hours) / scale + first).astype("f4"), units=f"{unit} since 0001-01-01"), refused=rf"time: its numbers, in single precision, lie {apart} hours apart, too far to tell the times") for name, unit, hours, scale, first, apart in [
        ("hours since year 1, every 3", "hours", np.arange(0, 24, 3.0), 1, 17571840, 2), ("hours since year 1, hourly", "hours", np.arange(0, 24, 1.0), 1, 17571840, 2), ("hours since year 1, odd", "hours", HOURS + 3, 1, 17571840, 2),
        ("hours since year 1, one odd time", "hours", [3.0], 1, 17571840, 2), ("days since year 1, hourly", "days", np.arange(0, 24, 1.0), 24, 732160, 1.5)]],
    Case("a time that was not written", times(SINCE, [*HOURS[:-1], np.iinfo("i8").min], "i8"), refused="some times are missing"),
    Case("a time that is marked", times(SINCE, [*HOURS[:-1], -999], "i4", missing_value=np.int32(-999)), refused="some times are missing"),
    Case("texts as times", u850().stored("time", np.array(["2005-08-01"] * N, dtype=object), units=None), refused="time.*texts"),
    # calendars
    *[Case(f"calendar {name}", u850().says("time", calendar=name)) for name in ("standard", "Gregorian", "proleptic_gregorian", "noleap", "365_day")],
    Case("calendar 360_day", u850().says("time", calendar="360_day")),
    Case("calendar 360_day, 30 February", u850().says("time", calendar="360_day", units="hours since 2005-02-29"), first="2005-02-29T00:00:00"),
    Case("calendar 360_day, season over 30 February", Draft(hours=np.arange(0, 240, 6), since="hours since 2005-02-25").rename(u="u850", v="v850").says("time", calendar="360_day"), first="2005-02-29T00:00:00", points=9, settings={"season": ["02-29", "03-01"]}),
    Case("calendar 360_day, CDO's absolute time", u850().stored("time", 20050229 + HOURS // 24 + HOURS % 24 / 24, units="day as %Y%m%d.%f", calendar="360_day"), first="2005-02-29T00:00:00"),
    Case("calendar 360_day, leads over 30 February", start_and_leads("start", "step").says("start", units="hours since 2005-02-29", calendar="360_day"), first="2005-02-29T00:00:00"),
    Case("calendar noleap, leads over 29 February", start_and_leads("start", "step").says("start", units="hours since 2005-02-28", calendar="noleap"), first="2005-02-28T00:00:00"),
    Case("calendar 366_day", u850().says("time", calendar="366_day"), refused="calendar '366_day' cannot be used: it has dates that do not exist"),
    Case("calendar julian", u850().says("time", calendar="julian"), refused="calendar 'julian' cannot be used"),
    Case("calendars that agree", lambda folder: (u850().says("time", calendar="standard")(folder, "u850_2005.nc", ["u850"]), u850().says("time", calendar="proleptic_gregorian")(folder, "v850_2005.nc", ["v850"]))),
    # a lead beside the start: added, whatever its length
    *[Case(f"lead {name}", lead(name), **ONE_LEAD) for name in ("step", "steps", "prediction_timedelta", "lead_time", "leadtime", "lead", "forecast_period", "tau", "fhour", "forecast_hour", "time_offset")],
    Case("lead by its standard name", lead("x", **PERIOD), **ONE_LEAD),
    Case("lead by its units only", lead("ahead"), **ONE_LEAD),
    Case("lead in days", lead("lead_time", [1], "days"), **ONE_LEAD),
    Case("lead in ns", lead("prediction_timedelta", [86400e9], "nanoseconds"), **ONE_LEAD),
    Case("lead of 0", lead("step", [0])),
    Case("lead of 0 without units", lead("step", [0], None)),
    Case("lead without units", lead("step", [24], None), refused="step: times with units '' cannot be understood"),
    Case("lead without a coordinate", u850().dimension("lead_time", size=1), refused="nothing says how long the lead along 'lead_time' is"),
    Case("lead without a coordinate, of two", u850().dimension("lead_time", size=2), refused="nothing says how long the lead along 'lead_time' is"),
    Case("lead of valid times only", valid(u850().dimension("lead_time", size=1), ("time", "lead_time"), HOURS[:, None] + 24), **ONE_LEAD),
    Case("scalar lead without units", u850().coordinate("step", (), 24.0), refused="step: times with units '' cannot be understood"),
    Case("lead in months", lead("lead_time", [1], "months"), refused="not equally long"),
    Case("lead and valid times", valid(lead("step"), ("time", "step"), HOURS[:, None] + 24), **ONE_LEAD),
    Case("lead and valid times turned", valid(lead("step"), ("step", "time"), HOURS[None] + 24), **ONE_LEAD),
    Case("lead and other valid times", valid(lead("step"), ("time", "step"), HOURS[:, None] + 30), refused="'valid_time' is not time . step: they are 6 hours apart"),
    Case("many starts, many leads", lead("step", [0, 24]), refused="no year 2005, but forecasts with several leads from each start; ask for one: --year 2005-08-01T00"),
    Case("NCL's lead", u850().rename(time="initial_time0_hours").winds_say(forecast_time=np.int32(24), forecast_time_units="hours"), **ONE_LEAD),
    # a scalar lead
    Case("scalar lead", u850().says("time", long_name="start of the forecast").coordinate("step", (), 24.0, units="hours"), **ONE_LEAD),
    Case("scalar lead beside a time of which nothing says what it is", u850().coordinate("step", (), 24.0, units="hours"), refused="'time' may be the valid time or the start"),
    Case("scalar lead beside a verification time", u850().says("time", standard_name="time", long_name="verification time").coordinate("forecast_hour", (), 24.0, units="hours")),
    Case("scalar lead of cfgrib", valid(u850().says("time", standard_name="time", long_name="initial time of forecast").coordinate("step", (), 24.0, units="hours", **PERIOD), ("time",), HOURS + 24, standard_name="time"), **ONE_LEAD),
    Case("scalar lead of cfgrib, no valid time", u850().says("time", standard_name="time", long_name="initial time of forecast").coordinate("step", (), 24.0, units="hours", **PERIOD), **ONE_LEAD),
    Case("scalar lead that may be either", u850().says("time", standard_name="time").coordinate("step", (), 24.0, units="hours", **PERIOD), refused="'time' may be the valid time or the start of a forecast with the lead 'step'"),
    Case("by CF, added already", u850().says("time", standard_name="time").coordinate("forecast_period", (), 24.0, units="hours", **PERIOD).coordinate("forecast_reference_time", ("time",), HOURS - 24, **START)),
    Case("by CF, periods along time", u850().says("time", standard_name="time").coordinate("forecast_period", ("time",), HOURS, units="hours", **PERIOD).coordinate("forecast_reference_time", (), 0.0, **START)),
    Case("by CF, periods alone", u850().says("time", standard_name="time").coordinate("forecast_period", ("time",), HOURS, units="hours", **PERIOD)),
    Case("time is the start twice", u850().says("time", standard_name="time").coordinate("forecast_period", (), 24.0, units="hours", **PERIOD).coordinate("forecast_reference_time", ("time",), HOURS, **START), **ONE_LEAD),
    Case("start and lead do not give time", u850().says("time", standard_name="time").coordinate("forecast_period", (), 24.0, units="hours", **PERIOD).coordinate("forecast_reference_time", ("time",), HOURS - 12, **START), refused="'time' is not forecast_reference_time . forecast_period"),
    Case("a count of steps is no lead", u850().coordinate("step", ("time",), np.arange(N), named=False)),
    Case("an hour of the day is no lead", u850().coordinate("hour", ("time",), HOURS % 24, units="hours")),
    Case("a model's step is no lead", u850().coordinate("mdt", (), 1800, named=False, units="s").coordinate("step", (), 5, named=False)),
    # one start and many leads
    *[Case(f"start {name}", start_and_leads(name, "step")) for name in ("init_time", "reference_time", "forecast_reference_time", "initial_time", "start", "start_date", "reftime", "time")],
    Case("a start as scalar", start_and_leads("time", "step").without("time").coordinate("time", (), 0.0, units=SINCE)),
    Case("a start that nothing names", start_and_leads("init", "lead_time").without("init").coordinate("forecast_reference_time", (), 0.0, named=False, **START)),
    Case("leads and no start", start_and_leads("init", "step").without("init"), refused="'step' lasts .units 'hours'. and nothing says since when"),
    Case("time in hours beside a start", start_and_leads("reftime", "time")),
    Case("seasonal", seasonal()),
    Case("seasonal turned", seasonal(("forecast_period", "forecast_reference_time"))),
    Case("seasonal, valid times only", seasonal().drop("forecast_reference_time", "forecast_period")),
    Case("seasonal of members", seasonal().members([0, 1, 2], "number", standard_name="realization", after="forecast_reference_time"), members=3),
    Case("two starts", start_and_leads("forecast_reference_time", "forecast_period", starts=2), refused="ask for one: --year 2005-08-01T00 .there are 2005-08-01T00, 2005-08-02T00"),
    Case("lagged members", u850().members([0, 1], "number").coordinate("valid_time", ("number", "time"), np.stack([HOURS, HOURS + 6]), units=SINCE), refused="each of the 2 members has times of its own"),
    Case("THREDDS's best", u850().says("time", standard_name="time").coordinate("time_run", ("time",), HOURS // 12 * 12, **START).coordinate("time_offset", ("time",), HOURS % 12, units="hours", **PERIOD)),
    Case("starts and no lead", u850().rename(time="forecast_reference_time").says("forecast_reference_time", **START), remark="are starts of forecasts and no lead is stated; taken to be analyses"),
    Case("no time", u850().without("time").order("lat", "lon"), refused="there is no time coordinate"),
    Case("one time as scalar", u850().without("time").coordinate("time", (), 0.0, units=SINCE), refused="", points=1, settings={"min_points": 1}),
    # what programs write as the date that is counted from
    *[Case(f"since {since}", u850().says("time", units=f"hours since {since}")) for since in ("2005080100", "200508010000", "20050801T00", "2005-08-01T0000", "01-AUG-2005 00:00:00", "2005-08-01 00:00:00.0 0:00", "2005-08-01 00:00:00 00:00", "2005-08-01_00:00:00", "2005-08-01 00:00:00 (UTC)", "2005-08-01T00:00:00.000000000")],
    Case("since a zone without a sign", u850().says("time", units="hours since 2005-08-01 02:00:00 2:00")),
    Case("the times of wgrib2", times("seconds since 1970-01-01 00:00:00.0 0:00", SECONDS + 1122854400, reference_time=1122854400.0, reference_time_type=1)),
    Case("6:00 is an hour and no zone", u850().says("time", units="hours since 2005-08-01 6:00"), first="2005-08-01T06:00:00"),
    *[Case(f"Julian days since year {year}", times(f"days since {year}-01-01 12:00:00", HOURS / 24 + 2453583.5)) for year in (-4712, -4713)],
    Case("Matlab's days", times("days since 0000-01-01 00:00:00", HOURS / 24 + 732525), refused=r"the year 0 is counted with or without a year 0.*time=time-693962"),
    Case("Matlab's days, mended", times("days since 1900-01-01", HOURS / 24 + 732525 - 693962)),
    *[Case(f"calendar {calendar}", u850().says("time", calendar=calendar)) for calendar in ("gregorian_proleptic", "365_days")],
    Case("times two days apart", Draft(hours=np.arange(0, 192, 48.0)).rename(u="u850", v="v850"), points=4, settings={"min_points": 1}, remark="^the times are 48 hours apart; few storms"),
    Case("means of days", Draft(hours=np.arange(0, 96, 24.0)).rename(u="u850", v="v850").winds_say(cell_methods="time: mean"), points=4, settings={"min_points": 1}, remark="24 hours apart and means over them"),
]  # fmt: skip
