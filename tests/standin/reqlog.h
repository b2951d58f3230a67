/*
 * The request log: one JSON object a line, written by one write(2) when the
 * request has been read and its answer is known, before the answer is sent.
 * Headers are logged as they came, tokens included: tests assert on them.
 */
#ifndef STANDIN_REQLOG_H
#define STANDIN_REQLOG_H

#include "req.h"

void reqlog_open(const char *path); /* NULL: no log, but numbers are counted */
void reqlog_write(const struct req *r);

/* "method":…,"path":…,"query":{…},"raw_query":…,"headers":{…} without braces */
void reqlog_describe(struct sb *out, const struct req *r);

void reqlog_stats(struct req *r);
void reqlog_reset(struct req *r);

/* requests between their last byte read and their answer sent */
void reqlog_in_flight(int change);

#endif
