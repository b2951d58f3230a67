#ifndef NQ_BASE_REF_H
#define NQ_BASE_REF_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/cli.h"
#include "base/err.h"

/*
 * References: the one syntax for a value that comes from outside.
 *
 *	${NAME}         the environment, then the --env-file
 *	${file:PATH}    the content of a file, one trailing newline off
 *	${var.x}        --var x=…
 *	${PREFIX.x}     a bag that somebody added: secrets, config, job_params, record
 *
 * Only "${" is special; "$${" writes it. An unknown or empty reference is a configuration error
 * that names it and its place. What comes from the environment, a file or a secret bag is
 * registered with base/secret at once.
 */

/* A named bag of values. get adds the value of name, or returns -1 when there is none. */
struct nq_ref_bag {
	const char *prefix;
	bool secret;
	int (*get)(void *ctx, struct nq_str name, struct nq_buf *);
	void *ctx;
};

struct nq_refs {
	struct nq_buf env_file; /* its text; looked up line by line */
	struct nq_list vars;	/* x=…, borrowed */
	struct nq_ref_bag bags[8];
	size_t nbags;
};

enum nq_ref_enc {
	NQ_REF_RAW,
	NQ_REF_URL, /* values percent-encoded, except one that starts the text: the base */
};

int nq_refs_env_file(struct nq_refs *, const char *path, struct nq_err *);
void nq_refs_add_bag(struct nq_refs *, struct nq_ref_bag);
void nq_refs_free(struct nq_refs *);

/*
 * Adds the text with its references filled in. place ("--auth", "sources.yml:7:14") starts the
 * error. *secret, if not NULL, becomes true when a secret value went in, and is else untouched.
 */
int nq_ref_expand(const struct nq_refs *, struct nq_str text, const char *place, enum nq_ref_enc,
    struct nq_buf *, bool *secret, struct nq_err *);

/* Whether the text has a reference at all. */
bool nq_ref_present(struct nq_str);

#endif
