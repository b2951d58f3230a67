#include "http/options.h"

const struct nq_http_options nq_http_defaults = {
    .attempts = 5,
    .retry_min_ms = 2000,
    .retry_max_ms = 30000,
    .max_wait_ms = NQ_MAX_WAIT * 1000LL,
    .connect_timeout_ms = 10000,
    .max_time_ms = 120000,
    .stall_ms = 30000,
    .max_body = NQ_MAX_BODY,
    .max_redirs = 5,
};
