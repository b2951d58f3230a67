#ifndef NQ_PLAN_LOGIN_H
#define NQ_PLAN_LOGIN_H

#include "plan/config.h"
#include "plan/words.h"

/* Credentials of a connector file as --auth KIND=REF and what belongs to it; -1 with a fault. */

/* The map auth: {type, token, …}. */
int nq_login_map(struct nq_config *, nq_node *auth, struct nq_words *);

/* Dango's auth_type and its company in rest_api: the variables that hold the credentials. */
bool nq_login_is_dango(struct nq_config *, nq_node *rest);
int nq_login_dango(struct nq_config *, nq_node *rest, struct nq_words *);

#endif
