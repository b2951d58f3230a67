/*
 * Nuntiq's suppliers: bulk upsert by (supplier_number, organization_code), all
 * rows of a request or none, and the paged list. Rows are kept as JSON text;
 * a member that an update does not name stays as it was.
 */
#ifndef STANDIN_NUNTIQ_SUPPLIER_H
#define STANDIN_NUNTIQ_SUPPLIER_H

#include "req.h"

void supplier_post(struct req *r);
void supplier_get(struct req *r);
void supplier_clear(struct req *r);
void supplier_close(void);

#endif
