"""usage: fetch.py URL      Every supplier there, a line of JSON each, and the newest change of them all at the end."""
import json
import sys

import acme

encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
write = sys.stdout.write
watermark = ""
for record in acme.suppliers(sys.argv[1]):
    if record["updated_at"] > watermark:
        watermark = record["updated_at"]
    write(encode(record) + "\n")
print(watermark, file=sys.stderr)
