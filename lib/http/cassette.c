#include "http/cassette.h"

#include <inttypes.h>

#include "base/log.h"
#include "http/cassette_play.h"
#include "http/cassette_record.h"

static int
open_recorder(struct nq_cassette *c, struct nq_err *err)
{
	c->start = nq_time_now();
	c->start.atto = 0;
	c->recorder = nq_cassette_recorder_new(c->record, c->start, err);
	if (c->recorder == NULL)
		return -1;
	nq_cassette_recorder_tap(c->recorder, &c->tap);
	return 0;
}

static int
open_player(struct nq_cassette *c, struct nq_err *err)
{
	c->player = nq_cassette_player_open(c->replay, err);
	if (c->player == NULL)
		return -1;
	c->start = nq_cassette_player_start(c->player);
	nq_cassette_player_tap(c->player, &c->tap);
	return 0;
}

int
nq_cassette_open(struct nq_cassette *c, const struct nq_tap **tap, struct nq_err *err)
{
	if (c->record != NULL && c->replay != NULL)
		return nq_err_set(err, NQ_USAGE, "--record and --replay do not go together");
	*tap = NULL;
	if (c->record != NULL ? open_recorder(c, err) == -1
			      : c->replay != NULL && open_player(c, err) == -1)
		return -1;
	if (c->recorder != NULL || c->player != NULL)
		*tap = &c->tap;
	return 0;
}

int
nq_cassette_close(struct nq_cassette *c, struct nq_err *err)
{
	struct nq_err failure = NQ_ERR_INIT;
	uint64_t left = c->player != NULL ? nq_cassette_player_left(c->player) : 0;

	if (left > 0 && err->status == NQ_OK)
		nq_log(NQ_LOG_WARN, "http",
		    "nobody asked for the last %" PRIu64 " exchange%s of the cassette", left,
		    nq_plural(left));
	if (c->recorder == NULL || nq_cassette_recorder_close(c->recorder, &failure) == 0)
		return 0;
	if (err->status == NQ_OK)
		*err = failure;
	return -1;
}

void
nq_cassette_free(struct nq_cassette *c)
{
	nq_cassette_player_free(c->player);
	nq_cassette_recorder_free(c->recorder);
	c->player = NULL;
	c->recorder = NULL;
}
