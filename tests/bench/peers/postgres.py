"""usage: postgres.py URL TABLE <records      Upserts them: psycopg2's execute_values, a thousand rows each, a transaction a batch."""
import sys

import psycopg2
from psycopg2.extras import execute_values

import rows

COLUMNS = ("supplier_number", "supplier_name", "is_active", "vat_number", "rating", "employees", "supplier_location",
           "updated_at")

url, table = sys.argv[1:]
changes = ", ".join(f"{c} = excluded.{c}" for c in COLUMNS[1:])
db = psycopg2.connect(url)
with db, db.cursor() as cursor:
    cursor.execute(f"create table if not exists {table} (supplier_number text primary key, supplier_name text, "
                   "is_active boolean, vat_number text, rating numeric, employees bigint, supplier_location json, "
                   "updated_at text)")
count = 0
for batch in rows.batches(rows.lines(sys.stdin), COLUMNS):
    with db, db.cursor() as cursor:
        execute_values(cursor, f"insert into {table} ({', '.join(COLUMNS)}) values %s "
                       f"on conflict (supplier_number) do update set {changes}", batch, page_size=1000)
    count += len(batch)
print(count)
