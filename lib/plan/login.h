#ifndef NQ_PLAN_LOGIN_H
#define NQ_PLAN_LOGIN_H

#include "plan/config.h"
#include "plan/keys.h"
#include "plan/words.h"

/* Credentials of a connector file as --auth KIND=REF and what belongs to it; -1 with a fault. */

/* The map auth: {type, token, …}. */
int nq_login_map(struct nq_config *, nq_node *auth, struct nq_words *);

/* Dango's auth_type and its company in rest_api: the variables that hold the credentials. */
bool nq_login_is_dango(struct nq_config *, nq_node *rest);
int nq_login_dango(struct nq_config *, nq_node *rest, struct nq_words *);

/* === what both are made of ================================================================== */

/* The map that says how to log in, in the place that the table has its keys under. */
struct nq_login {
	struct nq_config *c;
	nq_node *map;
	enum nq_place in;
	struct nq_words *w;
};

nq_node *nq_login_get(const struct nq_login *, const char *key);

/* The plain text of a key, or what it is when nobody says so. */
int nq_login_text(const struct nq_login *, const char *key, const char *otherwise, struct nq_buf *);

/* Adds --auth KIND[:NAME]=REF. */
void nq_login_add(const struct nq_login *, const char *kind, const char *name, const char *ref);

#endif
