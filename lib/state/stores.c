/* The stores of nq-cursor itself, which is not linked with libcurl: see the Makefile. */
#include "state/file.h"
#include "state/postgres.h"
#include "state/store.h"

static const struct nq_store_ops nuntiq = {.prefix = "nuntiq:", .program = "nq-cursor-nuntiq"};

const struct nq_store_ops *const nq_stores[] = {
    &nuntiq, &nq_postgresql_store, &nq_postgres_store, &nq_file_store, NULL};
