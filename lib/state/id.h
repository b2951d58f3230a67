#ifndef NQ_STATE_ID_H
#define NQ_STATE_ID_H

#include "base/buf.h"
#include "base/err.h"

/* Adds 128 random bits of the kernel as 32 hexadecimal digits. */
int nq_id_random(struct nq_buf *, struct nq_err *);

/* Adds a run id: when it began, readable, and 128 random bits. */
int nq_id_run(struct nq_buf *, struct nq_err *);

/* Adds the present second as YYYY-MM-DDTHH:MM:SSZ. */
void nq_id_now(struct nq_buf *);

/* Adds this machine's name, and who acts: NQ_UPDATED_BY, else user@host. */
void nq_id_host(struct nq_buf *);
void nq_id_who(struct nq_buf *);

#endif
