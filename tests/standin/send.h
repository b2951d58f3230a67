/*
 * Turns a finished request into what goes over the wire, spoilt as its fault
 * says. The bytes of the body are handed to libmicrohttpd straight from r->out.
 */
#ifndef STANDIN_SEND_H
#define STANDIN_SEND_H

#include <microhttpd.h>

#include "req.h"

enum MHD_Result send_reply(struct req *r);

#endif
