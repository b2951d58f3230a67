/*
 * The event loop: one thread, libmicrohttpd's epoll and a list of timers.
 * server_run() returns when SIGTERM or SIGINT came and all is closed.
 */
#ifndef STANDIN_SERVER_H
#define STANDIN_SERVER_H

#include "req.h"

void server_run(void);

/* Parks the connection; it is asked again after ms milliseconds. */
void server_sleep(struct req *r, int ms);

void server_latency(struct req *r); /* POST /_/latency */

#endif
