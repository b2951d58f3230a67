"""usage: dlt_sync.py URL FOLDER duckdb|sqlite      dlt's rest_api source: what changed, mapped, merged by key.

Its state and its working files are in FOLDER, too.
"""
import os
import sys
from datetime import datetime, timedelta, timezone

import dlt
from dlt.sources.rest_api import rest_api_source

import suppliers

url, folder, kind = sys.argv[1:]


def mapped(record):
    return {**suppliers.supplier(record), "updated_at": record["updated_at"]}


source = rest_api_source({
    "client": {
        "base_url": url,
        "auth": {"type": "bearer", "token": "test-bearer-token-here"},
        "paginator": {"type": "cursor", "cursor_path": "next_page", "cursor_param": "page"},
    },
    "resources": [{
        "name": "supplier",
        "primary_key": "supplier_number",
        "write_disposition": "merge",
        "max_table_nesting": 0,
        "endpoint": {
            "path": "",
            "data_selector": "data",
            "params": {"per_page": 200, "updated_after": "{incremental.start_value}"},
            "incremental": {
                "cursor_path": "updated_at",
                "initial_value": (datetime.now(timezone.utc) - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        },
        "processing_steps": [{"filter": lambda r: r.get("test_account") is not True}, {"map": mapped}],
    }],
})
path = os.path.join(folder, f"dlt-{kind}.db")
destination = dlt.destinations.duckdb(path) if kind == "duckdb" else dlt.destinations.sqlalchemy(f"sqlite:///{path}")
pipeline = dlt.pipeline("acme_" + kind, pipelines_dir=os.path.join(folder, "dlt-" + kind), destination=destination,
                        dataset_name="nq")
print(pipeline.run(source))
