#ifndef NQ_BASE_SECRET_H
#define NQ_BASE_SECRET_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * The values that must never be seen. Whatever goes to stderr, to a state file or into an error
 * text passes nq_secret_redact(), which writes *** for each registered value in the spellings
 * in which it travels: raw, percent-encoded, JSON-escaped, base64. Redaction is by value, not by
 * the name of a parameter, so a server that echoes a token cannot leak it either. One registry a
 * process; values shorter than NQ_MIN_SECRET bytes are left out, for they would hide the text.
 */

void nq_secret_add(struct nq_str);
void nq_secret_add_basic(struct nq_str user, struct nq_str password);
void nq_secret_redact(struct nq_buf *);	    /* in place */
void nq_secret_redact_cut(struct nq_buf *); /* text cut at its end: half a secret there goes too */
void nq_secret_forget(void);		    /* wipes and frees the registry */

/*
 * Adds the start of a text from outside, at most max bytes in one line, to be shown in a message.
 * Secrets go before the cut, which could leave half of one.
 */
void nq_secret_excerpt(struct nq_str, size_t max, struct nq_buf *);

/*
 * For text that comes in pieces. The length of the longest spelling that s starts with, or 0; *more
 * says that s is too short to tell, as all of it begins a spelling. starts tells of each byte
 * whether a spelling begins with it.
 */
size_t nq_secret_at(struct nq_str, bool *more);
void nq_secret_starts(bool starts[256]);

#endif
