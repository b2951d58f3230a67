#include "fetch/links.h"

#include "fetch/follow.h"

static const struct member {
	const char *name;
	bool leads; /* where the link leads to; else what it is */
} members[] = {{"rel", false}, {"relation", false}, {"href", true}, {"url", true}, {"uri", true}};

enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

_Static_assert((int)MEMBERS <= (int)NQ_PAGE_RETRY, "a watch for each");

/* The path of a member of any item of the list. */
static int
watch_member(struct nq_path *p, struct nq_str list, const char *name, struct nq_err *err)
{
	if (nq_follow_path(p, list, err) == -1)
		return -1;
	if (p->n + 2 > NQ_MAX_PATH_STEPS)
		return nq_err_set(err, NQ_USAGE, "'%.*s' is too long", (int)list.n, list.p);
	p->step[p->n++] = (struct nq_step){{NULL, 0}, NQ_FOLLOW_ANY};
	p->step[p->n++] = (struct nq_step){nq_str(name), 0};
	return 0;
}

int
nq_links_watch(struct nq_page_spec *spec, struct nq_str path, const char *rel, struct nq_err *err)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		if (watch_member(&spec->watch[i], path, members[i].name, err) == -1)
			return -1;
		spec->links.watching |= 1u << i;
	}
	spec->watching |= spec->links.watching;
	spec->links.rel = rel;
	return 0;
}

void
nq_links_take(
    struct nq_page *page, int watch, uint32_t item, enum nq_type type, struct nq_str value)
{
	if (page->link_item != 0 && page->link_item == page->target_item)
		return;
	if (members[watch].leads) {
		nq_scalar_set(&page->target, type, value.p, value.n);
		page->target_item = item;
	} else if (page->link_item == 0 && nq_str_is(value, page->spec->links.rel)) {
		page->link_item = item;
	}
}

int
nq_links_target(const struct nq_page *page, struct nq_str *target)
{
	if (page->link_item == 0)
		return 0;
	if (page->link_item != page->target_item)
		return -1;
	if (nq_scalar_empty(&page->target))
		return 0;
	*target = nq_buf_str(&page->target.text);
	return page->target.type == NQ_STRING ? 1 : -1;
}
