#include "map/builtin.h"

#include <stddef.h>

#define DECLARE(name) extern const char nq_schema_##name##_start[], nq_schema_##name##_end[]
#define ROW(name)                                                       \
	{                                                               \
#name, nq_schema_##name##_start, nq_schema_##name##_end \
	}

DECLARE(supplier);
DECLARE(organization);
DECLARE(purchaseorder);
DECLARE(purchaseorderline);
DECLARE(receipt);
DECLARE(payment);

const struct nq_builtin nq_builtins[] = {
    ROW(supplier),
    ROW(organization),
    ROW(purchaseorder),
    ROW(purchaseorderline),
    ROW(receipt),
    ROW(payment),
    {NULL, NULL, NULL},
};
