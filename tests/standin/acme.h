/*
 * Acme: a made-up API of suppliers. Each one is computed from its number and
 * the seed; only its instant and how often it was touched are kept, so that
 * half a million take 18 MB. Listed by (updated_at, id).
 */
#ifndef STANDIN_ACME_H
#define STANDIN_ACME_H

#include "req.h"

void acme_open(void); /* makes conf.suppliers suppliers */
void acme_close(void);

void acme_list(struct req *r);
void acme_one(struct req *r);
void acme_count(struct req *r);
void acme_touch(struct req *r);
void acme_add(struct req *r);

#endif
