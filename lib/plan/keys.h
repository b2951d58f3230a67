#ifndef NQ_PLAN_KEYS_H
#define NQ_PLAN_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "plan/yaml.h"

/*
 * Every key of a connector file, in one table: where it may stand, its type and meaning. The
 * table checks the file, gives the values, turns most of them into options, and is printed by
 * nq-plan --keys, which a test compares with nq-sources(5). A new key is a row.
 */

/* The maps of the file. */
enum nq_place {
	NQ_IN_FILE,
	NQ_IN_SOURCE,
	NQ_IN_REST,
	NQ_IN_COMMAND,
	NQ_IN_AUTH,
	NQ_IN_RETRY,
	NQ_IN_RESOURCE,
	NQ_IN_ENDPOINT,
	NQ_IN_ACTION,
	NQ_IN_EACH,
	NQ_IN_PROGRAM,
	NQ_IN_PAGES,
	NQ_IN_DELTA,
	NQ_IN_MAP,
	NQ_IN_LOAD,
};

enum nq_keys_type {
	NQ_KEY_TEXT,	 /* a scalar, references allowed */
	NQ_KEY_WORD,	 /* the same, without a comma: it becomes part of a list */
	NQ_KEY_SECRET,	 /* a reference to a secret */
	NQ_KEY_SHELL,	 /* a command line or mapping, as it stands; no references */
	NQ_KEY_CHOICE,	 /* one of choices */
	NQ_KEY_KIND,	 /* the same of a source, where Dango has more */
	NQ_KEY_PATH,	 /* a jq path */
	NQ_KEY_FILE,	 /* a file that can be read, relative to the connector file */
	NQ_KEY_OUTFILE,	 /* a file to write, relative to the connector file */
	NQ_KEY_DEST,	 /* a destination; a file in it is relative to the connector file */
	NQ_KEY_NUMBER,	 /* a whole number */
	NQ_KEY_SIZE,	 /* bytes: 65536, 64k, 16M */
	NQ_KEY_DURATION, /* 2, 0.5, 250ms, 5m, 12h, 7d */
	NQ_KEY_BOOL,	 /* true or false */
	NQ_KEY_TEXTS,	 /* a text or a list of texts */
	NQ_KEY_FREE,	 /* a map of any names to texts */
	NQ_KEY_STATUSES, /* a map of HTTP statuses to what they mean */
	NQ_KEY_JSON,	 /* a map or a list of anything, or @FILE */
	NQ_KEY_MAP,	 /* a map of known keys */
	NQ_KEY_MAPS,	 /* a list of them */
};

struct nq_keys_row {
	enum nq_place in;
	const char *name;
	enum nq_keys_type type;
	enum nq_place map;   /* of MAP and MAPS */
	bool short_form;     /* MAP, and items of MAPS: a text alone will do */
	const char *choices; /* of CHOICE, and of the meanings in STATUSES: "a|b" */
	const char *option;  /* of the stage that the map configures, or NULL */
	const char *same_as; /* Dango's name for another key of the same map */
	const char *meaning; /* one line, or for a key we refuse: why */
	bool refused;	     /* known from Dango, and not honoured */
	bool jsonpath;	     /* a path that dlt writes: "data.items", "$.data" */
};

/* The row of a name in a map, or NULL. */
const struct nq_keys_row *nq_keys_find(enum nq_place, struct nq_str name);

/* "a resource", "rest_api" … */
const char *nq_keys_place_name(enum nq_place);

/* "recods, did you mean …": what to say of an unknown key, into a buffer. */
void nq_keys_hint(enum nq_place, struct nq_str name, struct nq_buf *);

/* The value of a key by its name or another spelling of it; NULL when absent, null or map NULL. */
nq_node *nq_keys_get(struct nq_yaml *, const nq_node *map, enum nq_place, const char *name);

/* The same, but null is a value too; *spelt is the row of the spelling that was used. */
nq_node *nq_keys_look(struct nq_yaml *, const nq_node *map, enum nq_place, const char *name,
    const struct nq_keys_row **spelt);

/* Row i of the table, NULL behind the last. */
const struct nq_keys_row *nq_keys_row(size_t i);
const char *nq_keys_type_name(enum nq_keys_type);

#endif
