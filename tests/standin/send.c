#include "send.h"

#include <err.h>
#include <string.h>
#include <sys/socket.h>

#include <zlib.h>

#include "bulk.h"
#include "conf.h"
#include "faults.h"
#include "server.h"
#include "when.h"

#define DRIP_MS	      100
#define STALL_LOOK_MS 100 /* how often a stalled answer looks whether its client left */
#define STALL_END_MS  600000

static int
socket_of(const struct req *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->con, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info != NULL ? info->connect_fd : -1;
}

/*
 * Dissolving the association of a connected TCP socket makes the kernel send
 * RST at once. SO_LINGER with 0 would do it at close(2), but libmicrohttpd
 * shuts the socket down before, and the client would see an orderly end.
 */
static void
reset_connection(const struct req *r)
{
	struct sockaddr none = {.sa_family = AF_UNSPEC};

	if (connect(socket_of(r), &none, sizeof(none)) == -1)
		warn("reset");
}

static bool
client_left(const struct req *r)
{
	char c;

	return recv(socket_of(r), &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static ssize_t
at_limit(struct req *r)
{
	switch (r->fault->kind) {
	case FAULT_CLOSE_DELIMITED_CUT:
		return MHD_CONTENT_READER_END_OF_STREAM;
	case FAULT_RESET:
		reset_connection(r);
		return MHD_CONTENT_READER_END_WITH_ERROR;
	case FAULT_STALL:
		if (r->give_up_ms == 0)
			r->give_up_ms = when_ms() + STALL_END_MS;
		if (client_left(r) || when_ms() > r->give_up_ms)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		server_sleep(r, STALL_LOOK_MS);
		return 0;
	default:
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
}

/* The content reader of the faults that spoil a body on its way. */
static ssize_t
spoilt_body(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct req *r = cls;
	size_t n;

	if (pos >= r->send_limit)
		return at_limit(r);
	n = r->send_limit - (size_t)pos;
	if (n > max)
		n = max;
	if (r->fault->kind == FAULT_DRIP) {
		if (r->next_byte_ms > when_ms()) {
			server_sleep(r, (int)(r->next_byte_ms - when_ms()));
			return 0;
		}
		r->next_byte_ms = when_ms() + DRIP_MS;
		n = 1;
	}
	memcpy(buf, r->out.p + pos, n);
	return (ssize_t)n;
}

static void
gzip_body(struct req *r)
{
	struct sb z = {NULL, 0, 0};
	z_stream s = {0};

	if (deflateInit2(&s, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		errx(1, "deflateInit2");
	sb_need(&z, deflateBound(&s, r->out.len));
	s.next_in = (unsigned char *)r->out.p;
	s.avail_in = (unsigned)r->out.len;
	s.next_out = (unsigned char *)z.p;
	s.avail_out = (unsigned)z.cap;
	if (deflate(&s, Z_FINISH) != Z_STREAM_END)
		errx(1, "deflate");
	z.len = s.total_out;
	deflateEnd(&s);
	sb_free(&r->out);
	r->out = z;
	reply_header(r, "Content-Encoding", "gzip");
}

static bool
wants_gzip(const struct req *r)
{
	const char *accept = req_header(r, "Accept-Encoding");

	return conf.gzip && accept != NULL && strstr(accept, "gzip") != NULL && r->out.len > 0;
}

static bool
spoils(const struct rule *u)
{
	static const bool yes[FAULT_KINDS] = {
	    [FAULT_CUT] = true,
	    [FAULT_STALL] = true,
	    [FAULT_DRIP] = true,
	    [FAULT_RESET] = true,
	    [FAULT_CLOSE_DELIMITED_CUT] = true,
	    [FAULT_CHUNKED_CUT] = true,
	};

	return u != NULL && yes[u->kind];
}

/* How much of the body gets out: all of a drip, nothing of a stall, else half. */
static size_t
limit_of(const struct req *r)
{
	size_t half = r->out.len / 2;

	if (r->fault->kind == FAULT_DRIP)
		return r->out.len;
	if (r->fault->after_bytes >= 0)
		half = (size_t)r->fault->after_bytes;
	else if (r->fault->kind == FAULT_STALL)
		half = 0;
	return half < r->out.len ? half : r->out.len;
}

static struct MHD_Response *
spoilt_response(struct req *r)
{
	bool unsized = r->fault->kind == FAULT_CLOSE_DELIMITED_CUT ||
		       r->fault->kind == FAULT_CHUNKED_CUT;
	struct MHD_Response *resp;

	r->send_limit = limit_of(r);
	resp = MHD_create_response_from_callback(
	    unsized ? MHD_SIZE_UNKNOWN : r->out.len, 16384, spoilt_body, r, NULL);
	if (resp != NULL && r->fault->kind == FAULT_CLOSE_DELIMITED_CUT)
		MHD_set_response_options(resp, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
	return resp;
}

enum MHD_Result
send_reply(struct req *r)
{
	struct MHD_Response *resp;
	enum MHD_Result rc;

	if (r->fault != NULL && r->fault->kind == FAULT_RESET && r->status == 0) {
		reset_connection(r);
		return MHD_NO;
	}
	if (wants_gzip(r) || (r->fault != NULL && r->fault->kind == FAULT_GZIP_CUT))
		gzip_body(r);
	if (r->fault != NULL && r->fault->kind == FAULT_GZIP_CUT)
		r->out.len = limit_of(r);
	sb_need(&r->out, 0); /* also an empty body has an address */
	if (r->bulk != NULL)
		resp = MHD_create_response_from_callback(
		    MHD_SIZE_UNKNOWN, 256 << 10, bulk_read, r, NULL);
	else if (spoils(r->fault))
		resp = spoilt_response(r);
	else
		resp = MHD_create_response_from_buffer(
		    r->out.len, r->out.p, MHD_RESPMEM_PERSISTENT);
	if (resp == NULL)
		return MHD_NO;
	MHD_add_response_header(resp, "Content-Type", r->type);
	for (int i = 0; i < r->nextra; i++)
		MHD_add_response_header(resp, r->extra[i].name, r->extra[i].value);
	rc = MHD_queue_response(r->con, (unsigned)r->status, resp);
	MHD_destroy_response(resp);
	return rc;
}
