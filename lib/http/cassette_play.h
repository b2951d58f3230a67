#ifndef NQ_HTTP_CASSETTE_PLAY_H
#define NQ_HTTP_CASSETTE_PLAY_H

#include "base/err.h"
#include "base/time.h"
#include "http/tap.h"

/*
 * Plays a cassette: see http/cassette_form.h for the format. Its files may come in any order, as
 * tar packs a folder, with any folders in front; all are unpacked into one unlinked temporary
 * file first, so that memory does not depend on their size, and a bad one is found in time.
 */
struct nq_cassette_player;

struct nq_cassette_player *nq_cassette_player_open(const char *path, struct nq_err *);
void nq_cassette_player_free(struct nq_cassette_player *);
void nq_cassette_player_tap(struct nq_cassette_player *, struct nq_tap *);

/* When the recorded run began, and how many exchanges nobody has asked for yet. */
struct nq_time nq_cassette_player_start(const struct nq_cassette_player *);
uint64_t nq_cassette_player_left(const struct nq_cassette_player *);

#endif
