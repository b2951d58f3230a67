/* The destinations of nq-load itself, which is not linked with libcurl: see the Makefile. */
#include "load/sink.h"

#define BY_HTTP(scheme_, form_)                                                 \
	{                                                                       \
		.scheme = (scheme_), .form = (form_), .program = "nq-load-http" \
	}

static const struct nq_sink_ops nuntiq = BY_HTTP("nuntiq:", "nuntiq:URL"),
				https = BY_HTTP("https:", "https://URL"),
				http = BY_HTTP("http:", "https://URL");

const struct nq_sink_ops *const nq_sinks[] = {&nq_sink_sqlite, &nq_sink_postgresql,
    &nq_sink_postgres, &nq_sink_duckdb, &nuntiq, &https, &http, &nq_sink_dry, NULL};
