"""usage: sqlite.py FILE <records      Upserts them into table s: executemany, in transactions like those of nq-load."""
import sqlite3
import sys
from itertools import islice

import rows

TOGETHER = 100000
COLUMNS = ("supplier_number", "supplier_name", "is_active", "vat_number", "rating", "employees", "supplier_location",
           "updated_at")


def upsert(db, table, columns, records):
    """Into this table, which is made when it is not there; the first column is the key. Answers how many."""
    names = ", ".join(columns)
    changes = ", ".join(f"{c} = excluded.{c}" for c in columns[1:])
    marks = ", ".join("?" for _ in columns)
    db.execute(f"create table if not exists {table} ({names}, primary key ({columns[0]}))")
    count = 0
    upserts = rows.tuples(records, columns)
    while True:
        with db:
            done = db.executemany(f"insert into {table} ({names}) values ({marks}) "
                                  f"on conflict ({columns[0]}) do update set {changes}", islice(upserts, TOGETHER)).rowcount
        count += done
        if done < TOGETHER:
            return count


if __name__ == "__main__":
    print(upsert(sqlite3.connect(sys.argv[1]), "s", COLUMNS, rows.lines(sys.stdin)))
