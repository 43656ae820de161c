"""The names of Pyro4 that are relied on here although it does not document them: all in one list, each with its shape.

Pyro4 has no hook for TLS contexts, bounded messages or another server, so some of its insides are replaced, overridden
or called. Only this folder does so. Pyro4 gets no new features, so the names last; should another release move one,
`tests/pyro_cluster/wire/test_pyro_names.py` says which, before a cluster does.
"""

REPLACED = {
    # What Pyro4 finds under these names is ours (see `messages.configure`); it looks them up each time it needs them.
    "message.Message": ("msgType", "databytes", "serializer_id", "flags", "seq", "annotations", "hmac_key"),
    "socketserver.threadpoolserver.SocketServer_Threadpool": (),
}
"""Classes of Pyro4 that ours take the place of -> the parameters with which Pyro4 creates them."""

REGISTERED = {"util._serializers": "serpent", "util._serializers_by_id": 1}
"""Tables of Pyro4 -> the key under which ours stands: it takes a serializer from there for each message."""

OVERRIDDEN = {
    "message.Message.from_header": ("headerData",),  # by BoundedMessage: a header is judged before its payload is read
    "core.Proxy.__init__": ("self", "uri", "connected_socket"),
    "core.Proxy.__copy__": ("self",),
    "core.Proxy._Proxy__pyroCreateConnection": ("self", "replaceUri", "connected_socket"),  # by wire.Proxy: over TLS
    "core.Daemon.__init__": (
        *("self", "host", "port", "unixsocket", "nathost", "natport", "interface", "connected_socket"),
    ),
    "core.Daemon.requestLoop": ("self", "loopCondition"),
    "util.SerpentSerializer.dumps": ("self", "data"),
    "util.SerpentSerializer.loads": ("self", "data"),  # by PlainSerializer: no object is made from a message
    "util.SerpentSerializer.loadsCall": ("self", "data"),
    "util.SerpentSerializer.dict_to_class": ("data",),
    "socketserver.threadpoolserver.ClientConnectionJob.__init__": ("self", "clientSocket", "clientAddr", "daemon"),
    "socketutil.SocketConnection.recv": ("self", "size"),  # by the gate's connection: to know that a call
    # has begun; and by that of a proxy: to have all of an answer in time
    "socketutil.SocketConnection.send": ("self", "data"),  # and that its reply is sent
}
"""Methods of Pyro4 that ours stand in for, or add to -> their parameters."""

CALLED = {
    "core.Proxy._pyroBind": ("self",),
    "core.Proxy._pyroRelease": ("self",),
    "core.Proxy._Proxy__processMetadata": ("self", "metadata"),  # what the greeting said of the object's methods
    "message.Message.recv": ("connection", "requiredMsgTypes", "hmac_key"),
    "message.Message.to_bytes": ("self",),
    "util.get_serializer": ("name",),
    "util.SerializerBase.serializeData": ("self", "data", "compress"),
    "util.SerializerBase.deserializeData": ("self", "data", "compressed"),
    "socketutil.SocketConnection.__init__": ("self", "sock", "objectId", "keep_open"),
    "socketutil.SocketConnection.setTimeout": ("self", "timeout"),
    "socketutil.SocketConnection.fileno": ("self",),
    "socketutil.SocketConnection.close": ("self",),
    "socketserver.threadpoolserver.ClientConnectionJob.__call__": ("self",),  # a member's calls, one after the other
}
"""Functions of Pyro4 that are called -> their parameters."""

ATTRIBUTES = {
    "core.Proxy": {
        "_pyroUri": "URI",
        "_pyroConnection": "NoneType",
        "_pyroTimeout": "float",
        "_pyroSeq": "int",
        "_Proxy__pyroConnLock": "RLock",
    },
    "message.Message": {
        **dict.fromkeys(("type", "flags", "seq", "data_size", "annotations_size", "serializer_id"), "int"),
        "data": "bytes",
    },
    "socketserver.threadpoolserver.ClientConnectionJob": {
        "csock": "SocketConnection",
        "caddr": "tuple",
        "daemon": "object",
    },
    "socketutil.SocketConnection": {"sock": "socket"},
}
"""Classes of Pyro4 -> the attributes of their instances that are read or set -> the type of each in a new one."""

GATE = ("close", "init", "locationStr", "loop", "shutdown", "sock", "sockets")
"""What Pyro4's Daemon asks of the server that `gate.Gate` takes the place of."""

NOT_ASKED = ("combine_loop", "events", "selector")
"""What Daemon would ask of it only for a loop that is not ours: `Gate` has none of these."""
