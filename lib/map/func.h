#ifndef NQ_MAP_FUNC_H
#define NQ_MAP_FUNC_H

#include <stdint.h>

#include "base/str.h"
#include "map/eval.h"
#include "map/ready.h"

/*
 * The functions behind '|': one row each, and one C function. To add one, write it in the file of
 * its family (fn_text.c, fn_list.c …), name it in the table in func.c and in nq-map(5).
 *
 * takes says what is taken, the input first and then each argument, a letter each: s a string, n
 * a number, i a whole number that fits into 64 bits, a an array, o an object, * anything, x an
 * expression that the function evaluates itself. The evaluator checks this before the call; an
 * input that is absent or null is answered with itself unless '*' is taken.
 *
 * gives is the letter of what comes out of it, b for a boolean, = for the type that went in. ready
 * may be NULL; else it makes the first argument ready once, before any record (ready.h).
 *
 * A function fills out and returns 0, or returns nq_eval_reject().
 */
struct nq_call {
	struct nq_eval *e;
	uint32_t at;		   /* the instruction, for messages */
	uint32_t n;		   /* arguments */
	const struct nq_value *in; /* decoded where it is a string */
	struct nq_value arg[4];
	uint32_t expr[4]; /* instructions of the arguments */
};

struct nq_function {
	const char *name, *form;
	uint32_t min, max;
	const char *takes;
	char gives;
	int (*fn)(struct nq_call *, struct nq_value *out);
	const char *doc; /* one line, for the manual */
	int (*ready)(const struct nq_prog *, uint32_t i, struct nq_ready *, struct nq_err *);
};

extern const struct nq_function nq_functions[];

uint32_t nq_func_find(struct nq_str name); /* the row, or NQ_NONE */
const char *nq_func_nearest(const char *name);
/* How to write what jq and others call so, or NULL. */
const char *nq_func_foreign(struct nq_str name);

/* How messages call what a letter of takes stands for: "a string" … */
const char *nq_func_letter_name(char);

/* Whether a value is a whole number of at most 18 digits, and then which. */
bool nq_func_is_integer(const struct nq_value *);
int64_t nq_func_integer(const struct nq_value *);

/* What was made ready for this call; its parts are NULL where nothing was. */
struct nq_ready nq_func_ready(const struct nq_call *);

/* The families. */
int nq_fn_trim(struct nq_call *, struct nq_value *);
int nq_fn_upper(struct nq_call *, struct nq_value *);
int nq_fn_lower(struct nq_call *, struct nq_value *);
int nq_fn_replace(struct nq_call *, struct nq_value *);
int nq_fn_split(struct nq_call *, struct nq_value *);
int nq_fn_starts_with(struct nq_call *, struct nq_value *);
int nq_fn_ends_with(struct nq_call *, struct nq_value *);
int nq_fn_matches(struct nq_call *, struct nq_value *);
int nq_fn_sha256(struct nq_call *, struct nq_value *);
int nq_fn_base64(struct nq_call *, struct nq_value *);
int nq_fn_uri(struct nq_call *, struct nq_value *);

int nq_fn_string(struct nq_call *, struct nq_value *);
int nq_fn_number(struct nq_call *, struct nq_value *);
int nq_fn_int(struct nq_call *, struct nq_value *);
int nq_fn_bool(struct nq_call *, struct nq_value *);
int nq_fn_json(struct nq_call *, struct nq_value *);
int nq_fn_tojson(struct nq_call *, struct nq_value *);
int nq_fn_default(struct nq_call *, struct nq_value *);
int nq_fn_lookup(struct nq_call *, struct nq_value *);

int nq_fn_length(struct nq_call *, struct nq_value *);
int nq_fn_contains(struct nq_call *, struct nq_value *);
int nq_fn_slice(struct nq_call *, struct nq_value *);
int nq_fn_join(struct nq_call *, struct nq_value *);
int nq_fn_keys(struct nq_call *, struct nq_value *);
int nq_fn_values(struct nq_call *, struct nq_value *);
int nq_fn_first(struct nq_call *, struct nq_value *);
int nq_fn_last(struct nq_call *, struct nq_value *);
int nq_fn_map(struct nq_call *, struct nq_value *);
int nq_fn_filter(struct nq_call *, struct nq_value *);
int nq_fn_compact(struct nq_call *, struct nq_value *);
int nq_fn_flatten(struct nq_call *, struct nq_value *);
int nq_fn_any(struct nq_call *, struct nq_value *);
int nq_fn_all(struct nq_call *, struct nq_value *);
int nq_fn_sort(struct nq_call *, struct nq_value *);
int nq_fn_unique(struct nq_call *, struct nq_value *);
int nq_fn_min(struct nq_call *, struct nq_value *);
int nq_fn_max(struct nq_call *, struct nq_value *);
int nq_fn_sum(struct nq_call *, struct nq_value *);

int nq_fn_to_timestamp(struct nq_call *, struct nq_value *);
int nq_fn_format_time(struct nq_call *, struct nq_value *);
int nq_fn_date(struct nq_call *, struct nq_value *);
int nq_fn_add_days(struct nq_call *, struct nq_value *);

#endif
