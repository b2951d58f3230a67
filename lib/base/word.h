#ifndef NQ_BASE_WORD_H
#define NQ_BASE_WORD_H

#include <stdint.h>

/*
 * Eight bytes at a time, as one uint64_t. Each test gives a word that is not zero when a byte is
 * found; the lowest top bit that is set stands in the first such byte, those above it may lie.
 */
#define NQ_WORD_EACH(byte)   (UINT64_MAX / 255 * (byte))
#define NQ_WORD_ZERO(w)	     (((w)-NQ_WORD_EACH(0x01)) & ~(w)&NQ_WORD_EACH(0x80))
#define NQ_WORD_HAS(w, byte) NQ_WORD_ZERO((w) ^ NQ_WORD_EACH(byte))
/* A byte below 0x20. */
#define NQ_WORD_LOW(w) (((w)-NQ_WORD_EACH(0x20)) & ~(w)&NQ_WORD_EACH(0x80))
/* A byte below 0x20 or above ASCII. */
#define NQ_WORD_ODD(w) ((((w)-NQ_WORD_EACH(0x20)) | (w)) & NQ_WORD_EACH(0x80))

#endif
