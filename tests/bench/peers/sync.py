"""usage: sync.py URL FOLDER      What changed since the last time: pulled, mapped, upserted into FOLDER/python.db.

The cursor is in FOLDER/cursor.json, and moves when all is committed.
"""
import json
import os
import sqlite3
import sys
from datetime import datetime, timedelta, timezone

import acme
import sqlite
import suppliers

COLUMNS = ("supplier_number", "supplier_name", "is_active", "supplier_location")


class Pull:
    """The mapped suppliers since a cursor; afterwards, the cursor to come."""

    def __init__(self, url, since):
        self.url, self.since, self.watermark = url, since, since

    def __iter__(self):
        for record in acme.suppliers(self.url, self.since):
            if record.get("updated_at", "") > self.watermark:
                self.watermark = record["updated_at"]
            if record.get("test_account") is not True:
                yield suppliers.supplier(record)


def main(url, folder):
    state = os.path.join(folder, "cursor.json")
    if os.path.exists(state):
        with open(state) as f:
            since = json.load(f)["cursor"]
    else:
        since = (datetime.now(timezone.utc) - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    pull = Pull(url, since)
    count = sqlite.upsert(sqlite3.connect(os.path.join(folder, "python.db")), "supplier", COLUMNS, pull)
    with open(state + ".new", "w") as f:
        json.dump({"cursor": pull.watermark, "records": count}, f)
        f.flush()
        os.fsync(f.fileno())
    os.replace(state + ".new", state)
    print(json.dumps({"loaded": count, "cursor": pull.watermark}))


main(*sys.argv[1:])
