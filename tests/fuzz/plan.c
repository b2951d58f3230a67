#define _GNU_SOURCE /* memfd_create(2) */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/secret.h"
#include "json/doc.h"
#include "plan/plan.h"
#include "plan/print.h"

/* What is printed as JSON is JSON, one line of it, and no plan lacks its stages. */
static int
look(void *ctx, const struct nq_plan *p)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	struct nq_doc *doc = ctx;

	must(p->nstages >= 2 && p->nstages <= NQ_MAX_STAGES);
	must(p->stage[p->main].at <= p->stage[p->main].words.n);
	nq_print_json(p, &b);
	must(memchr(b.data, '\n', b.len) == b.data + b.len - 1);
	must(nq_doc_parse(doc, (struct nq_str){b.data, b.len - 1}, &err) == 0);
	nq_print_shell(p, &b);
	nq_print_pipeline(p, &b);
	must(strlen(b.data) == b.len);
	nq_buf_free(&b);
	return 0;
}

/* A connector file of any bytes: a plan or faults, never both, and each fault has a place. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct nq_config_options o = {.since = "2026-05-16", .to = "-", .window_ms = -1};
	struct nq_err err = NQ_ERR_INIT;
	struct nq_list vars = {NULL, 0};
	struct nq_config c;
	struct nq_doc doc;
	char path[32];
	int fd = memfd_create("sources", 0);

	setenv("X", "a-secret-value", 1);
	must(fd != -1 && write(fd, data, n) == (ssize_t)n);
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	o.path = path;
	nq_list_add(&vars, "x=1");
	nq_doc_init(&doc);
	if (nq_config_open(&c, &o, vars, &err) == 0) {
		if (nq_plan_each(&c, look, &doc, &err) == -1)
			must(c.faults.n > 0 || err.msg[0] != '\0');
		else
			must(c.faults.n == 0);
		for (size_t i = 0; i < c.faults.n; i++)
			must(strncmp(c.faults.v[i].msg, path, strlen(path)) == 0);
	}
	nq_config_free(&c);
	nq_doc_free(&doc);
	nq_secret_forget();
	close(fd);
	return 0;
}
