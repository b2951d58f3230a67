"""usage: big.py URL      The records of one page, a line of JSON each."""
import json
import sys

import requests

for record in requests.get(sys.argv[1], timeout=300).json()["data"]:
    print(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
