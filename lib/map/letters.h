#ifndef NQ_MAP_LETTERS_H
#define NQ_MAP_LETTERS_H

#include <stdint.h>

#include "base/str.h"

/*
 * Capital and small letters, one code point for one: Latin (ASCII, Latin-1, Extended-A), Greek
 * and Cyrillic. What has no partner there, as the German sharp s, stays as it is. Never by locale.
 */
uint32_t nq_letter_upper(uint32_t);
uint32_t nq_letter_lower(uint32_t);

/* The code point at byte i of valid UTF-8; returns its length. */
size_t nq_letter_at(struct nq_str, size_t i, uint32_t *);

/* The number of code points, and the byte where code point n stands (or the end). */
size_t nq_letter_count(struct nq_str);
size_t nq_letter_offset(struct nq_str, size_t n);

#endif
