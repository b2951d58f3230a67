"""A source of the kind dlt_native: nq does not run it, and says so."""

import dlt


@dlt.source
def my_api_source():
    @dlt.resource(write_disposition="replace")
    def answers():
        yield {"id": 42}

    return answers
