/* The store of nq-cursor-nuntiq: nq-cursor once more, linked with libcurl. */
#include "state/nuntiq.h"

const struct nq_store_ops *const nq_stores[] = {&nq_nuntiq_store, NULL};
