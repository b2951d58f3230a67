/* The store of nq-cursor-nuntiq: nq-cursor once more, linked with libcurl. */
#include "http/client.h"
#include "state/nuntiq.h"

const struct nq_store_ops *const nq_stores[] = {&nq_nuntiq_store, NULL};
const struct nq_http_options *const nq_stores_http = &nq_http_defaults;
