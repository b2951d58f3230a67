"""Rows for a database out of records, in batches of ten thousand."""
import json
from itertools import islice

BATCH = 10000
dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def value(v):
    return dump(v) if isinstance(v, (dict, list)) else v


def batches(records, columns):
    rows = (tuple(value(r.get(c)) for c in columns) for r in records)
    while batch := list(islice(rows, BATCH)):
        yield batch


def lines(file):
    return map(json.loads, file)
