/* GET /echo and GET /files/NAME: helpers that have no state. */
#ifndef STANDIN_ECHO_H
#define STANDIN_ECHO_H

#include "req.h"

void echo_request(struct req *r);
void echo_file(struct req *r);

#endif
