/* The destinations of nq-load-http: nq-load once more, linked with libcurl. */
#include "load/sink.h"

const struct nq_sink_ops *const nq_sinks[] = {
    &nq_sink_nuntiq, &nq_sink_https, &nq_sink_http, &nq_sink_dry, NULL};
