"""The bytes of messages before their values: which fields a file has, without decoding any."""
