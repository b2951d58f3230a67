/* How a supplier looks: computed from its index, the seed and its revision. */
#ifndef STANDIN_ACME_TEXT_H
#define STANDIN_ACME_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "when.h"

struct supplier {
	struct instant at;
	char *literal;	   /* JSON text shown as updated_at instead, or NULL; owned */
	uint32_t revision; /* how often it was touched */
};

uint64_t acme_hash(uint64_t i, uint64_t salt); /* depends on conf.seed */
void acme_put(struct sb *out, size_t index, const struct supplier *s);

#endif
