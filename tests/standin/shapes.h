/*
 * One list of posts, ids from 0 on, paged in every way that APIs know, and in
 * some that no API should. GET or POST /shapes/NAME gives a page of it; the
 * names are the rows of the table in shapes_table.c.
 *
 * Any shape takes in its query: "posts" (how many there are, 25), "cap" (most
 * on one page, 5; "limit", "per_page", "size" and "count" may ask for less),
 * and "elsewhere" (a port that absolute URLs lead to instead of ours).
 */
#ifndef STANDIN_SHAPES_H
#define STANDIN_SHAPES_H

#include "req.h"

enum shape_by {
	BY_PAGE,   /* the parameter is a page number, the first is shape.first */
	BY_COUNT,  /* the same counted down: the last page is 0 */
	BY_OFFSET, /* it is a row number */
	BY_TOKEN,  /* it is "p" and a page number */
	BY_MEMORY, /* any value: the page after the one given last */
	BY_ID	   /* it is the id of the last row that the client has */
};

/* What comes after a page. */
enum shape_next {
	NEXT_PAGE,  /* the next one, until the last */
	NEXT_EMPTY, /* the same, but an empty page follows the last */
	NEXT_SELF,  /* this very page */
	NEXT_BACK,  /* page 1, and from there 2 */
	NEXT_STUCK, /* the last page follows itself */
	NEXT_DEAF   /* the next one; but every request gets page 1 */
};

struct shape {
	const char *name;
	enum shape_by by;
	const char *param; /* of the query, or a dotted path in a posted body */
	int first;
	enum shape_next next;
	const char *headers; /* a template of lines, or NULL */
	const char *row;     /* a template, or NULL for the plain post */
	const char *body;    /* a template */
};

/*
 * Templates. @R all rows; in a row @i is its id. Of the page: @p its number,
 * @P of all pages, @o its offset, @S its size limit, @C of all posts, @L the
 * last id, @m whether there is a next one. Of the next one: @n its number, @O
 * its offset, @T its token, @U its URL, @u that without the origin, @q only
 * the query. @(A@|B@) is A if there is a next page, else B.
 */
extern const struct shape shapes[]; /* ends with a NULL name */

void shapes_page(struct req *r);     /* /shapes/NAME, /protected/[KIND/]NAME */
void shapes_contacts(struct req *r); /* HubSpot's contacts by search */
void shapes_comments(struct req *r); /* /posts/ID/comments */

#endif
