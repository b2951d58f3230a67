#include "state/id.h"

#include <pwd.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "json/utf8.h"

int
nq_id_random(struct nq_buf *b, struct nq_err *err)
{
	unsigned char bits[16];

	if (getrandom(bits, sizeof(bits), 0) != (ssize_t)sizeof(bits))
		return nq_err_set(err, NQ_FAIL, "cannot get random bits:");
	for (size_t i = 0; i < sizeof(bits); i++)
		nq_buf_addf(b, "%02x", bits[i]);
	return 0;
}

int
nq_id_run(struct nq_buf *b, struct nq_err *err)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[32];

	strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ-", gmtime_r(&now, &tm));
	nq_buf_adds(b, text);
	return nq_id_random(b, err);
}

void
nq_id_now(struct nq_buf *b)
{
	struct nq_time now = nq_time_now();

	now.atto = 0;
	nq_time_format(now, b);
}

void
nq_id_host(struct nq_buf *b)
{
	char name[256];

	if (gethostname(name, sizeof(name)) == -1)
		name[0] = '\0';
	name[sizeof(name) - 1] = '\0';
	nq_buf_adds(b, name[0] != '\0' ? name : "localhost");
}

void
nq_id_who(struct nq_buf *b)
{
	const char *told = getenv("NQ_UPDATED_BY");
	const struct passwd *pw;

	if (told != NULL && *told != '\0' && nq_utf8_check(told, strlen(told)) == strlen(told)) {
		nq_buf_adds(b, told);
		return;
	}
	pw = getpwuid(geteuid());
	if (pw != NULL)
		nq_buf_addf(b, "%s@", pw->pw_name);
	else
		nq_buf_addf(b, "%lu@", (unsigned long)geteuid());
	nq_id_host(b);
}
