#include "acme.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "acme_text.h"
#include "conf.h"
#include "when.h"

#define PER_PAGE    50
#define MAX_ADD	    1000000
#define GROUP	    3 /* this many neighbours share one instant */
#define DAY	    86400
#define SECONDS_AGO 5

static struct supplier *all;
static uint32_t *order; /* indices into all, by (at, index); valid unless stale */
static size_t n_all, room;
static bool stale = true;

static void
grow(size_t more)
{
	if (room != 0 && n_all + more <= room)
		return;
	room = n_all + more + 1024;
	all = sb_realloc(all, room * sizeof(*all));
	order = sb_realloc(order, room * sizeof(*order));
}

static void
append(size_t count, int64_t s)
{
	grow(count);
	for (; count > 0; count--) {
		order[n_all] = (uint32_t)n_all;
		all[n_all++] = (struct supplier){.at = {s, 0}};
	}
	stale = true;
}

void
acme_open(void)
{
	int64_t newest = when_now().s - conf.newest_age;
	uint64_t span = (uint64_t)conf.age_days * DAY;
	size_t last = (size_t)conf.seed % ((size_t)conf.suppliers / GROUP + 1) * GROUP;

	append((size_t)conf.suppliers, newest);
	for (size_t i = 0; i < n_all; i++)
		all[i].at.s -= (int64_t)(acme_hash(i / GROUP, 1) % (span + 1));
	for (size_t i = last; i < last + GROUP && i < n_all; i++)
		all[i].at.s = newest;
}

void
acme_close(void)
{
	for (size_t i = 0; i < n_all; i++)
		free(all[i].literal);
	free(all);
	free(order);
}

static int
by_instant(const void *a, const void *b)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	int c = when_cmp(all[i].at, all[j].at);

	return c != 0 ? c : (i > j) - (i < j);
}

/* The place in order of the first supplier at or after from. */
static size_t
find_from(struct instant from)
{
	size_t low = 0, high = n_all;

	if (stale)
		qsort(order, n_all, sizeof(*order), by_instant);
	stale = false;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (when_cmp(all[order[mid]].at, from) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* A query parameter that must be a whole number of at least 1. */
static bool
number_param(struct req *r, const char *name, long fallback, long *out)
{
	const char *text = req_query(r, name);
	char *end;

	*out = fallback;
	if (text == NULL)
		return true;
	errno = 0;
	*out = strtol(text, &end, 10);
	if (errno == 0 && *end == '\0' && end != text && *out >= 1)
		return true;
	reply_error(r, 400, "error", "%s must be a whole number of at least 1", name);
	return false;
}

/* The parameter, an instant, or what it is without; false after answering 400. */
static bool
instant_param(struct req *r, const char *name, struct instant *out)
{
	const char *text = req_query(r, name);

	if (text == NULL || when_parse(text, out))
		return true;
	reply_error(r, 400, "error", "updated_after and updated_before must be ISO 8601 instants");
	return false;
}

void
acme_list(struct req *r)
{
	struct instant from = {INT64_MIN, 0}, before = {INT64_MAX, 0};
	size_t first, last, at, end;
	long page, size;

	if (!number_param(r, "page", 1, &page) || !number_param(r, "per_page", PER_PAGE, &size))
		return;
	if (!instant_param(r, "updated_after", &from) ||
	    !instant_param(r, "updated_before", &before))
		return;
	if (size > conf.max_per_page)
		size = conf.max_per_page;
	first = find_from(from);
	last = find_from(before);
	last = last < first ? first : last;
	at = last;
	if ((size_t)(page - 1) < (last - first) / (size_t)size + 1)
		at = first + (size_t)(page - 1) * (size_t)size;
	end = last - at < (size_t)size ? last : at + (size_t)size;
	sb_need(&r->out, 440 * (end - at) + 64);
	sb_str(&r->out, "{\"data\":[");
	for (size_t i = at; i < end; i++) {
		sb_add(&r->out, ",", i > at);
		acme_put(&r->out, order[i], &all[order[i]]);
	}
	if (end < last)
		sb_fmt(&r->out, "],\"next_page\":%ld}", page + 1);
	else
		sb_str(&r->out, "],\"next_page\":null}");
}

/* The index behind "S000001"; n_all if there is none. */
static size_t
find_number(const char *number)
{
	char *end;
	unsigned long v;

	if (number[0] != 'S' || strlen(number) < 7)
		return n_all;
	v = strtoul(number + 1, &end, 10);
	return *end == '\0' && v >= 1 && v <= n_all ? v - 1 : n_all;
}

void
acme_one(struct req *r)
{
	size_t i = find_number(r->piece[2]);

	if (i < n_all)
		acme_put(&r->out, i, &all[i]);
	else
		reply_error(r, 404, "error", "no such supplier");
}

void
acme_count(struct req *r)
{
	sb_fmt(&r->out, "{\"count\":%zu}", n_all);
}

struct touch {
	struct instant at;
	char *literal; /* JSON text to show instead of at, or NULL */
};

static bool
read_touch(struct req *r, struct slice root, struct touch *t)
{
	struct slice literal = js_get(root, "updated_at");
	struct instant parsed;
	char *text;

	t->at = when_now();
	t->at.ns = 0;
	t->at.s -= js_int(js_get(root, "seconds_ago"), SECONDS_AGO);
	t->literal = NULL;
	if (js_kind(literal) == 0)
		return true;
	if (js_kind(literal) == '{' || js_kind(literal) == '[') {
		reply_error(r, 400, "error", "updated_at must be a scalar");
		return false;
	}
	t->literal = sb_dup(literal.p, literal.n);
	text = js_text(literal, "");
	if (when_parse(text, &parsed))
		t->at = parsed; /* else it is listed where seconds_ago puts it */
	free(text);
	return true;
}

static void
touch_one(struct req *r, size_t i, const struct touch *t, const char *sep)
{
	free(all[i].literal);
	all[i].literal = t->literal != NULL ? sb_dup(t->literal, strlen(t->literal)) : NULL;
	all[i].at = t->at;
	all[i].revision++;
	stale = true;
	sb_fmt(&r->out, "%s\"S%06zu\"", sep, i + 1);
}

static size_t
gcd(size_t a, size_t b)
{
	return b == 0 ? a : gcd(b, a % b);
}

/* count different ones: a walk whose step shares no divisor with n_all */
static void
touch_some(struct req *r, size_t count, uint64_t seed, const struct touch *t)
{
	size_t at = acme_hash(seed, 2) % n_all, step = acme_hash(seed, 3) % n_all;

	while (gcd(step, n_all) != 1)
		step = (step + 1) % (n_all + 1);
	for (size_t i = 0; i < count && i < n_all; i++) {
		touch_one(r, at, t, i > 0 ? "," : "");
		at = (at + step) % n_all;
	}
}

static void
touch_listed(struct req *r, struct slice numbers, const struct touch *t)
{
	struct slice k, v;
	struct js_iter it;
	const char *sep = "";

	js_begin(&it, numbers);
	while (js_next(&it, &k, &v)) {
		char *number = js_text(v, "");
		size_t i = find_number(number);

		if (i < n_all) {
			touch_one(r, i, t, sep);
			sep = ",";
		}
		free(number);
	}
}

void
acme_touch(struct req *r)
{
	struct slice root, numbers;
	struct touch t;
	long long count;

	if (!req_json(r, &root) || !read_touch(r, root, &t))
		return;
	numbers = js_get(root, "numbers");
	count = js_int(js_get(root, "count"), 0);
	sb_str(&r->out, "{\"touched\":[");
	if (js_kind(numbers) == '[')
		touch_listed(r, numbers, &t);
	else if (count > 0 && n_all > 0)
		touch_some(r, (size_t)count, (uint64_t)js_int(js_get(root, "seed"), conf.seed), &t);
	sb_str(&r->out, "]}");
	free(t.literal);
}

void
acme_add(struct req *r)
{
	struct slice root;
	struct touch t;
	long long count;
	size_t was = n_all;

	if (!req_json(r, &root) || !read_touch(r, root, &t))
		return;
	count = js_int(js_get(root, "count"), 1);
	if (count < 0 || count > MAX_ADD) {
		reply_error(r, 400, "error", "count must be 0 to %d", MAX_ADD);
	} else {
		append((size_t)count, t.at.s);
		sb_str(&r->out, "{\"added\":[");
		for (size_t i = was; i < n_all; i++)
			sb_fmt(&r->out, "%s\"S%06zu\"", i > was ? "," : "", i + 1);
		sb_str(&r->out, "]}");
	}
	for (size_t i = was; i < n_all && t.literal != NULL; i++) {
		all[i].literal = sb_dup(t.literal, strlen(t.literal));
		all[i].at = t.at;
	}
	free(t.literal);
}
