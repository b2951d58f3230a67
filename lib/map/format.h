#ifndef NQ_MAP_FORMAT_H
#define NQ_MAP_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* The values of the keyword "format" that are checked; others are an error. */
struct nq_format {
	const char *name;
	bool (*fits)(struct nq_str);
};

extern const struct nq_format nq_formats[]; /* ends with name NULL */

#endif
