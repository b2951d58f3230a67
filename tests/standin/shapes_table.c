#include "shapes.h"

/* clang-format off */
#define NEXT(text) "@(\"" text "\"@|null@)"
#define POSTS "{\"data\":@R"
#define EDGE  "{\"node\":{\"id\":@i,\"title\":\"Post @i\"},\"cursor\":\"c@i\"}"
#define HIT   "{\"_id\":\"@i\",\"_source\":{\"id\":@i},\"sort\":[@i]}"

#define CONTACT "{\"id\":\"@i\",\"properties\":{\"email\":\"Contact@i@@Example.com\",\"firstname\":\"Ada\",\"lastname\":\"No. @i\"," \
	"\"company\":null,\"hubspotscore\":\"@i.0\",\"lastmodifieddate\":\"2026-05-16T10:23:14.5Z\"}," \
	"\"createdAt\":\"2026-05-01T08:00:00Z\",\"updatedAt\":\"2026-05-16T10:23:14.5Z\",\"archived\":false}"
#define ISSUE "{\"id\":100@i,\"number\":@i,\"title\":\"Issue @i\",\"state\":\"open\",\"user\":{\"login\":\"ada\"}," \
	"\"labels\":[{\"name\":\"bug\"},{\"name\":\"good first issue\"}],\"comments\":@i,\"updated_at\":\"2026-05-16T10:23:14Z\"}"

const struct shape shapes[] = {
    /* by URL */
    {"absolute", BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL, POSTS ",\"next_page\":" NEXT("@U") "}"},
    {"relative", BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL, POSTS ",\"next_page\":" NEXT("@u") "}"},
    {"query",    BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL, POSTS ",\"next\":" NEXT("@q") "}"},
    {"link",     BY_PAGE, "page", 1, NEXT_PAGE, "@(Link: <@U>; rel=\"next\"@)", NULL, "@R"},
    {"drf",      BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL,
	"{\"count\":@C,\"next\":" NEXT("@U") ",\"previous\":null,\"results\":@R}"},
    {"hal",      BY_PAGE, "page", 0, NEXT_PAGE, NULL, NULL,
	"{\"_embedded\":{\"items\":@R},\"_links\":{\"self\":{\"href\":\"/here\"}@(,\"next\":{\"href\":\"@U\"}@)},"
	"\"page\":{\"size\":@S,\"totalElements\":@C,\"totalPages\":@P,\"number\":@p}}"},
    {"jsonapi",  BY_PAGE, "page[number]", 1, NEXT_PAGE, NULL, NULL,
	POSTS ",\"meta\":{\"totalPages\":@P},\"links\":{\"previous\":null,\"next\":" NEXT("@u") "}}"},
    {"odata",    BY_OFFSET, "$skip", 0, NEXT_PAGE, NULL, NULL,
	"{\"@@odata.context\":\"/$metadata\",\"value\":@R@(,\"@@odata.nextLink\":\"@U\"@)}"},
    {"github",   BY_PAGE, "page", 1, NEXT_PAGE,
	"@(Link: </first>; rel=\"first\", <@U>; rel=\"next\"@|Link: </first>; rel=\"first\"@)", NULL, "@R"},
    {"shopify",  BY_TOKEN, "page_info", 1, NEXT_PAGE,
	"Link: </back?page_info=b>; rel=\"previous\"@(, <@U>; rel=\"next\"@)", NULL, "{\"products\":@R}"},

    {"issues",   BY_PAGE, "page", 1, NEXT_PAGE,
	"Link: @(<@U>; rel=\"next\", @)</repos?page=@P>; rel=\"last\"", ISSUE, "@R"},

    /* by a token */
    {"header",   BY_TOKEN, "cursor", 1, NEXT_PAGE, "@(cursor: @T@)", NULL, "@R"},
    {"gitlab",   BY_PAGE, "page", 1, NEXT_PAGE, "X-Next-Page: @(@n@)\nX-Total: @C", NULL, "@R"},
    {"cursor",   BY_TOKEN, "cursor", 1, NEXT_PAGE, NULL, NULL, POSTS ",\"next_cursor\":" NEXT("@T") "}"},
    {"cursors",  BY_TOKEN, "cursor", 1, NEXT_PAGE, NULL, NULL,
	"{\"results\":@R,\"cursors\":{\"next\":" NEXT("@T") ",\"previous\":null}}"},
    {"hubspot",  BY_TOKEN, "after", 1, NEXT_PAGE, NULL, NULL,
	"{\"results\":@R@(,\"paging\":{\"next\":{\"after\":\"@T\"}}@)}"},
    {"contacts", BY_TOKEN, "after", 1, NEXT_PAGE, NULL, CONTACT,
	"{\"total\":@C,\"results\":@R@(,\"paging\":{\"next\":{\"after\":\"@T\",\"link\":\"@U\"}}@)}"},
    {"aip",      BY_TOKEN, "pageToken", 1, NEXT_PAGE, NULL, NULL,
	"{\"posts\":@R,\"nextPageToken\":\"@(@T@)\"}"},
    {"more",     BY_TOKEN, "cursor", 1, NEXT_PAGE, NULL, NULL,
	POSTS ",\"has_more\":\"@m\",\"next_cursor\":\"p@n\"}"},
    {"zero",     BY_COUNT, "cursor", 0, NEXT_PAGE, NULL, NULL,
	POSTS ",\"next_cursor\":@(@n@|null@)}"},
    {"graphql",  BY_TOKEN, "variables.after", 1, NEXT_PAGE, NULL, EDGE,
	"{\"data\":{\"posts\":{\"edges\":@R,\"pageInfo\":{\"hasNextPage\":@m,\"endCursor\":\"p@n\"}}}}"},
    {"scroll",   BY_MEMORY, "scroll_id", 0, NEXT_PAGE, NULL, NULL, "{\"_scroll_id\":\"same\",\"hits\":@R}"},

    /* by number */
    {"total-pages", BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL, POSTS ",\"page\":@p,\"total_pages\":@P}"},
    {"total-pages-text", BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL,
	POSTS ",\"page\":\"@p\",\"total_pages\":\"@P\"}"},
    {"total-pages-0", BY_PAGE, "page", 0, NEXT_PAGE, NULL, NULL, POSTS ",\"page\":@p,\"total_pages\":@P}"},
    {"spring",   BY_PAGE, "page", 0, NEXT_PAGE, NULL, NULL,
	"{\"content\":@R,\"number\":@p,\"totalPages\":@P,\"totalElements\":@C}"},
    {"next-number", BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL, POSTS ",\"next_page\":@(@n@|null@)}"},
    {"search",   BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL, POSTS ",\"next_page\":@(@n@|null@)}"},
    {"nuntiq",   BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL, "{\"items\":@R,\"count\":@C,\"page\":@p}"},
    {"plain",    BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL, "@R"},
    {"has-more", BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL, POSTS ",\"has_more\":@m}"},
    {"offset",   BY_OFFSET, "offset", 0, NEXT_PAGE, NULL, NULL,
	POSTS ",\"offset\":@o,\"limit\":@S,\"total_records\":@C}"},
    {"offset-text", BY_OFFSET, "offset", 0, NEXT_PAGE, NULL, NULL, POSTS ",\"total_records\":\"@C\"}"},
    {"stripe",   BY_ID, "starting_after", 0, NEXT_PAGE, NULL, NULL,
	"{\"object\":\"list\",\"data\":@R,\"has_more\":@m}"},
    {"elastic",  BY_ID, "search_after", 0, NEXT_PAGE, NULL, HIT,
	"{\"took\":1,\"hits\":{\"total\":{\"value\":@C},\"hits\":@R}}"},
    {"empty-last", BY_PAGE, "page", 1, NEXT_EMPTY, NULL, NULL, POSTS ",\"next_page\":@(@n@|null@)}"},

    /* what no API should do */
    {"self",     BY_PAGE, "page", 1, NEXT_SELF, NULL, NULL, POSTS ",\"next\":" NEXT("@U") "}"},
    {"back",     BY_PAGE, "page", 1, NEXT_BACK, NULL, NULL, POSTS ",\"next\":" NEXT("@U") "}"},
    {"stuck",    BY_TOKEN, "cursor", 1, NEXT_STUCK, NULL, NULL, POSTS ",\"next_cursor\":" NEXT("@T") "}"},
    {"deaf",     BY_PAGE, "page", 1, NEXT_DEAF, NULL, NULL, POSTS ",\"page\":@p,\"total_pages\":@P}"},
    {"maybe",    BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL, POSTS ",\"has_more\":\"maybe\"}"},
    {"overlap",  BY_PAGE, "page", 1, NEXT_PAGE, NULL, "{\"id\":@i,\"key\":\"k@p\"}",
	POSTS ",\"next_page\":@(@n@|null@)}"},
    {"no-token", BY_TOKEN, "cursor", 1, NEXT_PAGE, NULL, NULL,
	POSTS ",\"has_more\":true,\"next_cursor\":null}"},
    {"silent-0", BY_PAGE, "page", 0, NEXT_PAGE, NULL, NULL, POSTS ",\"total_pages\":@P}"},
    {"wrong-total", BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL,
	POSTS ",\"total\":24,\"next_page\":@(@n@|null@)}"},
    {"drifting", BY_PAGE, "page", 1, NEXT_PAGE, NULL, NULL,
	POSTS ",\"total\":2@n,\"next_page\":@(@n@|null@)}"},
    {NULL, BY_PAGE, NULL, 0, NEXT_PAGE, NULL, NULL, NULL},
};
/* clang-format on */
