#ifndef NQ_PLAN_VALUE_H
#define NQ_PLAN_VALUE_H

#include "plan/config.h"
#include "plan/keys.h"

/* Holds a scalar, of something that was picked, against the type of its row; adds faults. */
void nq_value_check(struct nq_config *, const nq_node *, const struct nq_keys_row *);

/* The same for a file alone: whether it can be read. */
void nq_value_check_file(struct nq_config *, const nq_node *);

/* The same for a name that stands in the value; -1 with a fault. */
int nq_value_check_path(struct nq_config *, const nq_node *, const char *name);

/* A status of HTTP, 404 or 4xx, and what it is taken for: one of the choices of the row. */
void nq_value_check_status(
    struct nq_config *, const nq_node *status, const nq_node *what, const struct nq_keys_row *);

/* Adds the path of jq that a path of dlt stands for: ".data.items" for "data.items" or
 * "$.data.items[*]". */
void nq_value_jsonpath(struct nq_str, struct nq_buf *);

#endif
