#ifndef NQ_PLAN_LOGIN_H
#define NQ_PLAN_LOGIN_H

#include "plan/config.h"
#include "plan/words.h"

/* Credentials of a connector file as --auth KIND=REF; -1 with a fault. */

/* The map auth: {type, token, name}. */
int nq_login_map(struct nq_config *, nq_node *auth, struct nq_words *);

/* Dango's auth_type and its company in rest_api: the variables that hold the credentials. */
int nq_login_dango(struct nq_config *, nq_node *rest, struct nq_words *);

#endif
