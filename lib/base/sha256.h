#ifndef NQ_BASE_SHA256_H
#define NQ_BASE_SHA256_H

#include "base/buf.h"

/*
 * SHA-256 as FIPS 180-4 defines it: adds the 64 hexadecimal digits of the digest of a text. For
 * surrogate keys and checksums in records; nothing here keeps a secret. Our own, because a crypto
 * library would make each start of a filter several times as long.
 */
void nq_sha256_hex(struct nq_str, struct nq_buf *);

#endif
