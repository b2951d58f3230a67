#ifndef NQ_HTTP_OPTIONS_H
#define NQ_HTTP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cli.h"
#include "http/rate.h"
#include "http/rules.h"

struct nq_tap;

/* How requests are made and tried again. This much is known without libcurl. */
struct nq_http_options {
	uint64_t attempts;    /* in all */
	int64_t retry_min_ms; /* first wait; doubles */
	int64_t retry_max_ms; /* longest wait of our own */
	int64_t max_wait_ms;  /* longest wait a server may ask for */
	int64_t connect_timeout_ms, max_time_ms;
	int64_t stall_ms;  /* below 100 bytes a second for so long is a failure */
	uint64_t max_body; /* decoded bytes of one response */
	uint64_t max_redirs;
	const char *user_agent, *proxy, *cacert, *cert, *key;
	bool allow_http;	      /* secrets over plain http to other hosts than loopback */
	bool http1;		      /* HTTP/1.1 only */
	const struct nq_rules *rules; /* NULL: none */
	struct nq_rate *rate;	      /* of the whole run; NULL: one of its own */
	const struct nq_tap *tap; /* a cassette beside the network or in its place; NULL: none */
};

extern const struct nq_http_options nq_http_defaults;

/*
 * The rows of an option table that set the options, for every tool that talks HTTP. The second form
 * is for a tool whose --key is something else than that of the client certificate.
 */
#define NQ_HTTP_OPTS(o) NQ_HTTP_OPTS_NAMED(o, "key")
#define NQ_HTTP_OPTS_NAMED(o, key_option)                                                          \
	{"attempts", 0, "N", NQ_OPT_NUMBER, &(o)->attempts,                                        \
	    "try each request so many times in all (5)"},                                          \
	    {"retry-min", 0, "TIME", NQ_OPT_SECONDS, &(o)->retry_min_ms,                           \
		"wait so long before the second attempt, then twice as long (2s)"},                \
	    {"retry-max", 0, "TIME", NQ_OPT_SECONDS, &(o)->retry_max_ms,                           \
		"the longest wait between attempts (30s)"},                                        \
	    {"max-wait", 0, "TIME", NQ_OPT_SECONDS, &(o)->max_wait_ms,                             \
		"the longest wait that a server may ask for (300s)"},                              \
	    {"connect-timeout", 0, "TIME", NQ_OPT_SECONDS, &(o)->connect_timeout_ms,               \
		"give up connecting after so long (10s)"},                                         \
	    {"max-time", 'm', "TIME", NQ_OPT_SECONDS, &(o)->max_time_ms,                           \
		"give up on one request after so long (120s)"},                                    \
	    {"stall-time", 0, "TIME", NQ_OPT_SECONDS, &(o)->stall_ms,                              \
		"give up when less than 100 bytes a second came for so long (30s)"},               \
	    {"max-body", 0, "SIZE", NQ_OPT_SIZE, &(o)->max_body,                                   \
		"refuse responses larger than this, decoded (4G)"},                                \
	    {"max-redirs", 0, "N", NQ_OPT_NUMBER, &(o)->max_redirs,                                \
		"follow so many redirects within the origin (5)"},                                 \
	    {"user-agent", 'A', "TEXT", NQ_OPT_STR, &(o)->user_agent, "say who asks"},             \
	    {"proxy", 'x', "URL", NQ_OPT_STR, &(o)->proxy, "go through this proxy"},               \
	    {"cacert", 0, "FILE", NQ_OPT_STR, &(o)->cacert,                                        \
		"trust these authorities instead of the system's"},                                \
	    {"cert", 'E', "FILE", NQ_OPT_STR, &(o)->cert, "client certificate (PEM)"},             \
	    {key_option, 0, "FILE", NQ_OPT_STR, &(o)->key, "key of the client certificate (PEM)"}, \
	    {"http1.1", 0, NULL, NQ_OPT_FLAG, &(o)->http1, "do not offer HTTP/2"},                 \
	{                                                                                          \
		"allow-http", 0, NULL, NQ_OPT_FLAG, &(o)->allow_http,                              \
		    "send secrets over plain http to other hosts than this one"                    \
	}

#endif
