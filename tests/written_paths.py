"""Paths as hosts.yaml may have them, and what they mean: one table for every hand that expands them."""

ENVIRONMENT = {"HOME": "/home/me $(touch x)", "DATA": "/data/$HOME/~", "TILDE": "~", "EMPTY": ""}

MEANINGS = [
    ("data", "/base/data"),
    ("/data", "/data"),
    ("a b", "/base/a b"),
    ("~", "/home/me $(touch x)"),
    ("~/a b", "/home/me $(touch x)/a b"),
    ("~root", "/root"),
    ("~root/a b", "/root/a b"),
    ("x/~/y", "/base/x/~/y"),
    ("$DATA/d", "/data/$HOME/~/d"),
    ("${DATA}d", "/data/$HOME/~d"),
    ("$TILDE/a", "/base/~/a"),
    ("$(date)", "/base/$(date)"),
    ("a$", "/base/a$"),
    ("$1", "/base/$1"),
]

REFUSALS = [
    ("$NONE/x", "$NONE/x: the variable $NONE is not set on "),
    ("${NONE}", "${NONE}: the variable $NONE is not set on "),
    ("~/a/$NONE", "~/a/$NONE: the variable $NONE is not set on "),
    ("$EMPTY/x", "$EMPTY/x: the variable $EMPTY is empty on "),
    ("~no-such-user/x", "~no-such-user/x: there is no user 'no-such-user' on "),
]
