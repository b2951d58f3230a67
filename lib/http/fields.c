#include "http/fields.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"

struct curl_slist *
nq_fields_append(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);

	if (longer == NULL)
		nq_reallocarray(NULL, SIZE_MAX, SIZE_MAX);
	return longer;
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7f)
			return true;
	return false;
}

bool
nq_fields_valid(const char *name, const char *value)
{
	return !has_control(value) && !has_control(name) && strpbrk(name, ": \t") == NULL &&
	       *name != '\0';
}

static bool
listed(const struct curl_slist *l, const char *name)
{
	size_t n = strlen(name);

	for (; l != NULL; l = l->next)
		if (strncasecmp(l->data, name, n) == 0 && strchr(":;", l->data[n]) != NULL)
			return true;
	return false;
}

struct curl_slist *
nq_fields_for(
    const struct curl_slist *own, const struct nq_request *q, bool ours, bool gzip, bool plain)
{
	struct curl_slist *list = NULL;
	struct nq_buf line = NQ_BUF_INIT;

	for (const struct curl_slist *l = ours ? own : NULL; l != NULL; l = l->next)
		list = nq_fields_append(list, l->data);
	if (ours && q->header != NULL)
		list = nq_fields_append(list, q->header);
	if (!listed(list, "Accept"))
		list = nq_fields_append(list, "Accept: application/json");
	if (!plain) {
		if (gzip && !listed(list, "Accept-Encoding"))
			list = nq_fields_append(list, "Accept-Encoding: gzip");
		list = nq_fields_append(list, "Expect:");
	}
	if (q->body.p != NULL && !listed(list, "Content-Type")) {
		nq_buf_addf(&line, "Content-Type: %s",
		    q->content_type != NULL ? q->content_type : "application/json");
		list = nq_fields_append(list, line.data);
	}
	nq_buf_free(&line);
	return list;
}
