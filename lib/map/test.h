#ifndef NQ_MAP_TEST_H
#define NQ_MAP_TEST_H

#include "json/lines.h"
#include "map/record.h"

/*
 * A file of tests for a mapping: NDJSON, a pair of input and expected output on each line,
 *
 *	{"name": "…", "input": {…}, "output": {…}}	one record
 *	{"name": "…", "input": {…}, "output": [{…}, …]}	several, or with [] none
 *	{"name": "…", "input": {…}, "reject": "…"}	a reject whose reason has this text in it
 *
 * The name may be missing. What fails is written with what differs, and "N passed, N failed".
 */
struct nq_test {
	const struct nq_prog *prog;
	const struct nq_schema *schema; /* or NULL */
	size_t max_line;
	struct nq_buf *report;
	/* its own */
	const char *path;
	struct nq_lines lines;
	struct nq_doc doc, made;
	struct nq_mapper mapper;
	struct nq_buf out;
	unsigned passed, failed;
};

/* 0 all passed, 1 some failed, -1 the file is none: a usage error. */
int nq_test_run(struct nq_test *, const char *path, struct nq_err *);

#endif
