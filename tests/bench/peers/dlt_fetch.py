"""usage: dlt_fetch.py URL      Every supplier there, a line of JSON each, by dlt's REST client."""
import json
import sys

from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

client = RESTClient(
    base_url=sys.argv[1],
    auth=BearerTokenAuth("test-bearer-token-here"),
    paginator=JSONResponseCursorPaginator(cursor_path="next_page", cursor_param="page"),
    data_selector="data",
)
# Acme has integers beyond 64 bits, which dlt's own encoder refuses.
encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
write = sys.stdout.write
for page in client.paginate("", params={"page": 1, "per_page": 200}):
    for record in page:
        write(encode(record) + "\n")
