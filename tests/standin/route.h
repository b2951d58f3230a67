/* The dispatch table: which handler answers which method and path. */
#ifndef STANDIN_ROUTE_H
#define STANDIN_ROUTE_H

#include "req.h"

void route(struct req *r);

#endif
