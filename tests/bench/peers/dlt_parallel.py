"""usage: dlt_parallel.py URL PAGES      So many pages of suppliers, eight at a time: deferred, in dlt's thread pool."""
import json
import os
import sys

os.environ["EXTRACT__WORKERS"] = "8"

import dlt
from dlt.sources.helpers import requests

url, pages = sys.argv[1:]
session = requests.Client(session_attrs={"headers": {"Authorization": "Bearer test-bearer-token-here"}}).session


@dlt.defer
def page(number):
    return session.get(url, params={"page": number, "per_page": 200}).json()["data"]


@dlt.resource
def suppliers():
    for number in range(1, int(pages) + 1):
        yield page(number)


# Acme has integers beyond 64 bits, which dlt's own encoder refuses.
encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
write = sys.stdout.write
for record in suppliers():
    write(encode(record) + "\n")
