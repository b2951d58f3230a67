/*
 * Nuntiq's delta streams: one row for each (connector, stream), cursors that
 * only "reset" moves backwards, and the audit of what moved them.
 */
#ifndef STANDIN_NUNTIQ_DELTA_H
#define STANDIN_NUNTIQ_DELTA_H

#include "req.h"

void delta_get(struct req *r);
void delta_begin(struct req *r);
void delta_complete(struct req *r);
void delta_fail(struct req *r);
void delta_reset(struct req *r);
void delta_audit(struct req *r);
void delta_close(void);

#endif
